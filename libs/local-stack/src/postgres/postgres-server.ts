import { connect } from 'node:net';
import { join } from 'node:path';

import { LocalStackError } from '../local-stack.error.js';
import { ChildProcess, type Exit } from '../processes/child-process.js';
import { freePort } from '../processes/free-port.js';
import { initialiseCluster } from './initialise-cluster.js';
import { postgresAccount, type PostgresAccount } from './postgres-account.js';
import { embeddedPostgresFolder } from './postgres-binaries.js';
import { reachableInstallation } from './reachable-folder.js';
import { clearStalePostmaster } from './stale-postmaster.js';

const START_WITHIN_MILLISECONDS = 120_000;
const STOP_WITHIN_MILLISECONDS = 30_000;
const RETRY_MILLISECONDS = 500;
const ORPHAN_GRACE_SECONDS = 5;
const KEPT_OUTPUT_CHARACTERS = 4_000;
const READY = 'database system is ready to accept connections';

/** The role and database that a local Postgres has for Switchyard. */
const LOCAL_POSTGRES_USER = 'switchyard';

/**
 * `dataFolder` must be reachable by the account Postgres runs under (see `reachableDataFolder`). `durable` false turns
 * off every flush to disk: for throw-away test databases only. `port` 0 (the default) picks a free one.
 */
export interface PostgresServerOptions {
  readonly dataFolder: string;
  readonly password: string;
  readonly port?: number;
  readonly durable?: boolean;
  readonly maxConnections?: number;
  /** More settings of the server, by their names in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Where processors are short, others go first. */
  readonly givesWay?: boolean;
  readonly report?: (line: string) => void;
  readonly onOutput?: (chunk: Buffer) => void;
}

/**
 * A real Postgres 18 as our child, listening on 127.0.0.1 only (no socket file). The first start on a folder makes the
 * cluster, later starts find its data; after a crash Postgres replays its log before `start` resolves. Throws a
 * `LocalStackError` with the end of the server's output when it does not come up.
 */
export class PostgresServer {
  readonly port: number;
  readonly #process: ChildProcess;
  readonly #password: string;

  private constructor(child: ChildProcess, port: number, password: string) {
    this.#process = child;
    this.port = port;
    this.#password = password;
  }

  static async start(options: PostgresServerOptions): Promise<PostgresServer> {
    const account = await postgresAccount(options.report);
    const installation = await reachableInstallation(embeddedPostgresFolder(), account);
    await initialiseCluster({
      ...options,
      installation,
      account,
      user: LOCAL_POSTGRES_USER,
      durable: options.durable ?? true,
    });
    const port = options.port === undefined || options.port === 0 ? await freePort() : options.port;
    if (await answers(port)) throw portTaken(port);
    const deadline = Date.now() + START_WITHIN_MILLISECONDS;
    for (;;) {
      await clearStalePostmaster(options.dataFolder);
      const attempt = await launch(options, { installation, account, port });
      if (attempt.child !== undefined) return new PostgresServer(attempt.child, port, options.password);
      // The processes of a server that was killed need a moment to notice; until then its memory is in use.
      if (!attempt.output.includes('is still in use') || Date.now() > deadline) throw startFailed(port, attempt.output);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
    }
  }

  get pid(): number {
    return this.#process.pid;
  }

  get exited(): Promise<Exit> {
    return this.#process.exited;
  }

  /** The address of one database of this server, with user and password. */
  urlOf(database: string): string {
    return `postgres://${LOCAL_POSTGRES_USER}:${this.#password}@127.0.0.1:${this.port}/${database}`;
  }

  /** Fast shutdown: connections are ended, everything is written. Killed after `withinMilliseconds`. */
  async stop(withinMilliseconds = STOP_WITHIN_MILLISECONDS): Promise<Exit> {
    return this.#process.stop(withinMilliseconds);
  }

  /** kill -9: what a power cut would leave behind. */
  async kill(): Promise<Exit> {
    return this.#process.kill();
  }
}

interface LaunchPlace {
  readonly installation: string;
  readonly account: PostgresAccount | undefined;
  readonly port: number;
}

async function launch(
  options: PostgresServerOptions,
  place: LaunchPlace,
): Promise<{ child?: ChildProcess; output: string }> {
  let output = '';
  const { promise: ready, resolve: isReady } = Promise.withResolvers<void>();
  const child = await ChildProcess.start({
    name: 'postgres',
    // Services that lose their launcher finish what they have in flight, and need this for it.
    orphanGraceSeconds: ORPHAN_GRACE_SECONDS,
    command: join(place.installation, 'bin', 'postgres'),
    arguments: postgresArguments(options, place.port),
    environment: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    workingFolder: options.dataFolder,
    uid: place.account?.uid,
    gid: place.account?.gid,
    stopSignal: 'SIGINT',
    ...(options.givesWay === undefined ? {} : { givesWay: options.givesWay }),
    onOutput: (chunk) => {
      output = `${output}${chunk.toString('utf8')}`.slice(-KEPT_OUTPUT_CHARACTERS);
      if (output.includes(READY)) isReady();
      options.onOutput?.(chunk);
    },
  });
  const timer = setTimeout(() => void child.kill(), START_WITHIN_MILLISECONDS);
  await Promise.race([ready, child.exited]);
  clearTimeout(timer);
  return child.hasExited ? { output } : { child, output };
}

function postgresArguments(options: PostgresServerOptions, port: number): string[] {
  const durable = options.durable ?? true;
  const settings: Readonly<Record<string, string | number>> = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    shared_buffers: '128MB',
    max_connections: options.maxConnections ?? 100,
    synchronous_commit: durable ? 'on' : 'off',
    fsync: durable ? 'on' : 'off',
    full_page_writes: durable ? 'on' : 'off',
    max_wal_size: '2GB',
    checkpoint_timeout: '15min',
    random_page_cost: 1.1,
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    logging_collector: 'off',
    ...options.settings,
  };
  return ['-D', options.dataFolder, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

function portTaken(port: number): LocalStackError {
  return new LocalStackError(
    `Postgres cannot listen on 127.0.0.1:${port}: the port is taken.`,
    'Stop the program on that port, or choose another with SWITCHYARD_POSTGRES_PORT.',
  );
}

function startFailed(port: number, output: string): LocalStackError {
  if (output.includes('No space left on device')) {
    return new LocalStackError('Postgres cannot start: the disk is full.', 'Free some space, then start again.', {
      cause: output,
    });
  }
  return new LocalStackError(
    `Postgres did not come up on port ${port}. It said:\n${output.trim()}`,
    'See its last lines above.',
    { cause: output },
  );
}
