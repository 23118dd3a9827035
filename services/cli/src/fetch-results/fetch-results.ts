import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { BatchObject } from '#libs/contracts';
import type { ApiClient } from '../call-api/api-client.js';
import { codeOf } from '../call-api/error-code.js';
import { CliError } from '../cli.error.js';
import { unwritable } from '../file-problems.js';
import { patiently, type Patience } from '../follow-batch/follow-batch.js';

/** Where answers and errors go. */
export interface ResultPaths {
  readonly output: string;
  readonly errors: string;
}

/** What was written; undefined where the batch has no such file. */
export interface WrittenResults {
  readonly output: string | undefined;
  readonly errors: string | undefined;
}

/** `prompts.jsonl` gives `prompts.output.jsonl` and `prompts.errors.jsonl` beside it; `--output` names the first. */
export function resultPaths(base: string, output?: string): ResultPaths {
  if (output === undefined) return { output: `${stem(base)}.output.jsonl`, errors: `${stem(base)}.errors.jsonl` };
  return { output, errors: `${stem(output)}.errors.jsonl` };
}

function stem(path: string): string {
  return join(dirname(path), basename(path, extname(path)));
}

/** Downloads the files of an ended batch. A file appears under its name only when it is whole. */
export async function fetchResults(
  batch: BatchObject,
  paths: ResultPaths,
  parts: { api: ApiClient; patience: Patience },
): Promise<WrittenResults> {
  const fetch = async (fileId: string | null, path: string): Promise<string | undefined> => {
    if (fileId === null) return undefined;
    await patiently(() => download(parts.api, fileId, path), parts.patience);
    return path;
  };
  return {
    output: await fetch(batch.output_file_id, paths.output),
    errors: await fetch(batch.error_file_id, paths.errors),
  };
}

async function download(api: ApiClient, fileId: string, path: string): Promise<void> {
  const content = await api.content(fileId);
  const partial = `${path}.part`;
  try {
    await pipeline(content, createWriteStream(partial));
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    const isCut = codeOf(error)?.startsWith('UND_ERR') ?? false;
    if (!isCut) throw unwritable(path, error);
    throw new CliError(`${path} could not be written: the connection broke`, { retryable: true, cause: error });
  }
}
