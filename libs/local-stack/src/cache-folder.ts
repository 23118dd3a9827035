import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * Where fetched programs are kept, shared by every clone of the project on this machine: SWITCHYARD_CACHE, or
 * `switchyard` under XDG_CACHE_HOME, or ~/.cache/switchyard. deploy/local/cache.mjs follows the same rule.
 */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const chosen = environment['SWITCHYARD_CACHE'];
  if (chosen !== undefined && chosen !== '') return resolve(chosen);
  const general = environment['XDG_CACHE_HOME'];
  return join(general !== undefined && general !== '' ? general : join(homedir(), '.cache'), 'switchyard');
}
