import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where fetched programs are kept, shared by all clones; libs/local-stack/src/cache-folder.ts follows the same rule. */
export function cacheFolder(environment = process.env) {
  if (environment.SWITCHYARD_CACHE) return resolve(environment.SWITCHYARD_CACHE);
  return join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'switchyard');
}
