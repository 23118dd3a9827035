import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { PostgresServer } from '#libs/local-stack';

/** The variable by which the test processes learn of the Postgres that jest's global set-up started. */
export const TEST_POSTGRES_URL = 'SWITCHYARD_TEST_POSTGRES_URL';

/** The one Postgres of a jest run: stopped, with its data removed, when the run ends. */
export interface SharedPostgres {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts the Postgres that all test files share. It never flushes to disk: its data is worth nothing after the run. */
export async function startSharedPostgres(): Promise<SharedPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-postgres-'));
  // Postgres may run under another account than ours (when we are root): it must be able to pass through.
  await chmod(folder, 0o711);
  const server = await PostgresServer.start({
    dataFolder: join(folder, 'data'),
    password: randomBytes(12).toString('hex'),
    durable: false,
    maxConnections: 200,
  });
  return {
    url: server.urlOf('postgres'),
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
