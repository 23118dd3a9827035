import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeKeyLine, ExportVerifier, notesIn, type ExportReport, type Verifier } from '#libs/merkle';
import { codeOf } from '../call-api/error-code.js';
import { CliError } from '../cli.error.js';
import { unreadable } from '../file-problems.js';
import { contradictionOf } from './contradiction.policy.js';
import { linesOf } from './file-lines.js';

/** What an export is verified with: files, and nothing of any server. */
export interface Verification {
  readonly file: string;
  /** A file with public keys, one on a line, or such a key itself. */
  readonly keys: string;
  /** Files or folders with checkpoints that were kept outside. */
  readonly checkpoints: readonly string[];
  /** Whether an export that hides something is refused. */
  readonly whole?: boolean;
}

/** Verifies an export. @throws CliError for files that cannot be read or are none of ours */
export async function verifyFile({ file, keys, checkpoints, whole = false }: Verification): Promise<ExportReport> {
  const verifier = new ExportVerifier({
    verifiers: await readKeys(keys),
    checkpoints: (await Promise.all(checkpoints.map(readCheckpoints))).flat(),
    contradictionOf,
    isWhole: whole,
  });
  try {
    for await (const line of linesOf(file)) verifier.take(line);
    return verifier.finish();
  } catch (error) {
    throw readable(file, error);
  }
}

async function readKeys(given: string): Promise<Verifier[]> {
  const single = decodeKeyLine(given);
  if (single) return [single];
  const text = await readFile(given, 'utf8').catch((error: unknown) => {
    throw readable(given, error);
  });
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const keys = lines.map(decodeKeyLine).filter((key) => key !== undefined);
  if (keys.length === lines.length && keys.length > 0) return keys;
  throw new CliError(`${given} holds no public keys, one on a line like "switchyard audit keys" prints them.`);
}

async function readCheckpoints(path: string): Promise<string[]> {
  try {
    const notes = (await Promise.all((await filesIn(path)).map((one) => readFile(one, 'utf8')))).flatMap(notesIn);
    if (notes.length > 0) return notes;
    throw new CliError(`${path} holds no checkpoints, so that a log that was cut short could not be told.`);
  } catch (error) {
    throw readable(path, error);
  }
}

async function filesIn(path: string): Promise<string[]> {
  const entry = await lstat(path);
  if (!entry.isDirectory()) return [path];
  const files = (await readdir(path, { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
  return files.map((one) => join(one.parentPath, one.name));
}

function readable(path: string, error: unknown): Error {
  if (error instanceof CliError) return error;
  if (codeOf(error)?.startsWith('E')) return unreadable(path, error);
  const reason = error instanceof Error ? error.message : String(error);
  return new CliError(`${path} cannot be verified: ${reason}`, { cause: error });
}
