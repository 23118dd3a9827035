import { accessSync, constants } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { codeOf } from './call-api/error-code.js';
import { CliError } from './cli.error.js';

type Reasons = Readonly<Record<string, (file: string) => string>>;

const UNREADABLE: Reasons = {
  ENOENT: (file) => `There is no file ${file}; check its name and the folder that you are in.`,
  ENOTDIR: (file) => `There is no file ${file}; a part of its path is no folder.`,
  EISDIR: (file) => `${file} is a folder; name a file.`,
  EACCES: (file) => `${file} may not be read by you; change its permissions (chmod) or copy it.`,
};

const UNWRITABLE: Reasons = {
  ENOENT: (file) => `${file} cannot be written: its folder is not there; make it first, or name another file.`,
  ENOTDIR: (file) => `${file} cannot be written: a part of its path is no folder; name another file.`,
  EISDIR: (file) => `${file} is a folder; name a file in it.`,
  EACCES: (file) => `${file} may not be written by you; name another file.`,
  EROFS: (file) => `${file} stands where nothing can be written; name another file.`,
  ENOSPC: (file) => `${file} cannot be written: the disk is full.`,
};

/** Why a file that the user named cannot be read, and what to do; an error that says so already stays what it is. */
export function unreadable(file: string, error: unknown): CliError {
  return problem(error, UNREADABLE[codeOf(error) ?? '']?.(file), `${file} cannot be read`);
}

/** The same of a file that is to be written. */
export function unwritable(file: string, error: unknown): CliError {
  return problem(error, UNWRITABLE[codeOf(error) ?? '']?.(file), `${file} cannot be written`);
}

/** Asked before work whose result goes to a file. @throws CliError where its folder takes none */
export function assertWritable(file: string): void {
  try {
    accessSync(dirname(resolve(file)), constants.W_OK);
  } catch (error) {
    throw unwritable(file, error);
  }
}

function problem(error: unknown, known: string | undefined, otherwise: string): CliError {
  if (error instanceof CliError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new CliError(known ?? `${otherwise}: ${reason}`, { cause: error });
}
