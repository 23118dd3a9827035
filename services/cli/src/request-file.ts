import { readFile } from 'node:fs/promises';
import { CliError } from './cli.error.js';
import { unreadable } from './file-problems.js';

/** The body of a request as it stands in a file, and what it says. */
export interface RequestFile {
  readonly bytes: Uint8Array;
  readonly body: object;
}

/** Reads the body of one request. @throws CliError where there is no such file, or it holds none */
export async function readRequest(file: string): Promise<RequestFile> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  const body = parsed(bytes.toString());
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new CliError(`${file} is not the body of a request: it must be one JSON object.`);
  return { bytes, body };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
