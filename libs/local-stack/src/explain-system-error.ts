import { errorCode } from './error-code.js';
import { LocalStackError } from './local-stack.error.js';

const EXPLANATIONS: Readonly<Record<string, readonly [happened: string, remedy: string]>> = {
  ENOSPC: ['the disk is full', 'Free some space, or set SWITCHYARD_HOME to a folder on another disk.'],
  EDQUOT: ['your disk quota is used up', 'Free some space, or set SWITCHYARD_HOME to a folder on another disk.'],
  EACCES: [
    'permission was denied',
    'Run as the owner of that folder, or set SWITCHYARD_HOME to a folder you may write to.',
  ],
  EPERM: [
    'the operation is not permitted',
    'Run as the owner of that folder, or set SWITCHYARD_HOME to a folder you may write to.',
  ],
  EROFS: ['the file system is read-only', 'Set SWITCHYARD_HOME to a folder you may write to.'],
  EEXIST: ['a file of that name is in the way', 'Remove or rename that file, or set SWITCHYARD_HOME to a folder.'],
  ENOTDIR: ['a part of the path is a file, not a folder', 'Set SWITCHYARD_HOME to a folder.'],
  EMFILE: ['too many files are open', 'Raise the limit (ulimit -n 8192) and start again.'],
};

/** Turns a system error (`ENOSPC`, `EACCES`, …) met while doing `what` into one sentence with its remedy. */
export function explainSystemError(error: unknown, what: string): LocalStackError {
  if (error instanceof LocalStackError) return error;
  const known = EXPLANATIONS[errorCode(error) ?? ''];
  const place = error instanceof Error && 'path' in error ? ` (${String(error.path)})` : '';
  if (known !== undefined)
    return new LocalStackError(`${what} failed: ${known[0]}${place}.`, known[1], { cause: error });
  const reason = error instanceof Error ? error.message : String(error);
  return new LocalStackError(
    `${what} failed: ${reason}`,
    'See the reason above; after putting it right, start again.',
    { cause: error },
  );
}
