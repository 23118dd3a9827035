import { InvalidBlobKey } from './invalid-blob-key.error.js';

const KEY = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}(?:\/[A-Za-z0-9][A-Za-z0-9._-]{0,127}){0,7}$/;

/** Whether a name is one that a blob can have. */
export function isBlobKey(name: string): boolean {
  return KEY.test(name);
}

/** The segments of a key. Throws `InvalidBlobKey` for anything that could mean something else to a file system. */
export function blobKeySegments(key: string): readonly string[] {
  if (!isBlobKey(key)) throw new InvalidBlobKey(key);
  return key.split('/');
}
