import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { Client } from 'pg';
import { cacheFolder, findNatsServer } from '#libs/local-stack';
import { PEER_PACKAGE, readPeerManifest } from '../peer/peer-version.js';
import { currentCommit } from './project.js';

/** Where and with what was measured. */
export interface Machine {
  readonly date: string;
  readonly commit: string;
  readonly cores: number;
  readonly processor: string;
  readonly memoryGibibytes: number;
  readonly kernel: string;
  readonly node: string;
  readonly natsServer: string;
  readonly postgres: string;
  readonly peer: string;
  readonly prompts: string;
}

export async function describeMachine(databaseUrl: string, prompts: string): Promise<Machine> {
  const { version } = await findNatsServer({ cache: cacheFolder(process.env), environment: process.env });
  return {
    date: new Date().toISOString(),
    commit: currentCommit(),
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    memoryGibibytes: Number((totalmem() / 1024 ** 3).toFixed(1)),
    kernel: `${process.platform} ${release()} ${process.arch}`,
    node: process.version,
    natsServer: version,
    postgres: await postgresVersion(databaseUrl),
    peer: `${PEER_PACKAGE} ${readPeerManifest().version}`,
    prompts,
  };
}

async function postgresVersion(databaseUrl: string): Promise<string> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    return rows[0]?.server_version ?? 'unknown';
  } finally {
    await client.end();
  }
}
