import { accessSync, constants, statSync } from 'node:fs';

/** Write for the group, and anything for others. A group may read: that is how secrets are mounted into containers. */
const TOO_OPEN = 0o027;

/** What is wrong with a file that holds a secret: not there, or open to accounts that it is not meant for. */
export function privateFileProblems(variable: string, file: string | undefined): string[] {
  const problems = readableFileProblems(variable, file);
  return problems.length > 0 ? problems : openFileProblems(variable, file);
}

/** The same for a file that may also be missing. */
export function openFileProblems(variable: string, file: string | undefined): string[] {
  const mode = file === undefined ? undefined : statSync(file, { throwIfNoEntry: false })?.mode;
  // Windows has no such modes.
  if (file === undefined || mode === undefined || process.platform === 'win32' || (mode & TOO_OPEN) === 0) return [];
  const shown = (mode & 0o777).toString(8).padStart(4, '0');
  return [
    `${variable}: ${file} holds a secret and is open to others (mode ${shown}); close it with: chmod 600 ${file}`,
  ];
}

/** What is wrong with a file that was named. */
export function readableFileProblems(variable: string, file: string | undefined): string[] {
  if (file === undefined || isReadable(file)) return [];
  return [`${variable} names ${file}, which cannot be read`];
}

/** Whether this process may read it. */
export function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
