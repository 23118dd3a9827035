import { types } from 'node:util';

const UNIQUE_VIOLATION = '23505';

/** Whether a statement failed because a row of the same key is there already, written by another transaction. */
export function isDuplicate(error: unknown): boolean {
  return types.isNativeError(error) && 'code' in error && error.code === UNIQUE_VIOLATION;
}
