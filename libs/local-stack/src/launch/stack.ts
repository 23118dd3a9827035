import { access } from 'node:fs/promises';
import { join } from 'node:path';

import type { Settings } from '#libs/config';
import { ensureIdentities, REQUEST_SEAL_FILE, seedFile } from '#libs/identities';

import { cacheFolder } from '../cache-folder.js';
import { LocalStackError } from '../local-stack.error.js';
import { findNatsServer } from '../nats/find-nats-server.js';
import { NatsServer } from '../nats/nats-server.js';
import { ensureDatabase } from '../postgres/ensure-database.js';
import { storedPassword } from '../postgres/initialise-cluster.js';
import { postgresAccount } from '../postgres/postgres-account.js';
import { PostgresServer } from '../postgres/postgres-server.js';
import { reachableDataFolder } from '../postgres/reachable-folder.js';
import type { Exit } from '../processes/child-process.js';
import { serviceEntry, startChildService } from '../processes/child-service.js';
import { freePort } from '../processes/free-port.js';
import { ProcessRecords } from '../processes/process-record.js';
import { Supervisor } from '../processes/supervisor.js';
import { assertDatabaseIsReachable, assertNatsIsReachable } from './reachability.js';
import { reapOrphans } from './reap-orphans.js';
import { serviceOutput } from './service-output.js';
import { SERVICES_IN_START_ORDER, SERVICES_IN_STOP_ORDER, SERVICES_THAT_GIVE_WAY } from './stack-services.js';

const DATABASE = 'switchyard';
const STOP_WITHIN_MILLISECONDS = 30_000;
const CRASHES_BEFORE_GIVING_UP = 5;

/** What the stack is made from. `print` gets one line at a time, already readable. */
export interface StackOptions {
  readonly settings: Settings;
  readonly projectFolder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly secrets: { readonly secretKey: string; readonly adminKeySha256: string };
  readonly print: (line: string) => void;
}

/**
 * All processes of one Switchyard on this machine: nats-server and Postgres (unless NATS_URL and DATABASE_URL name
 * others) and one process per service, each started again when it ends unasked. `stop` ends them in order, the door
 * first and the stores last, and may be called at any time, also while `start` is still at work.
 */
export class Stack {
  readonly #options: StackOptions;
  readonly #records: ProcessRecords;
  readonly #supervisors = new Map<string, Supervisor>();
  readonly #outputs = new Map<string, ReturnType<typeof serviceOutput>>();
  #stopping = false;

  constructor(options: StackOptions) {
    this.#options = options;
    this.#records = new ProcessRecords(join(options.settings.home, 'run'));
  }

  async start(): Promise<void> {
    const { settings, projectFolder, print } = this.#options;
    await reapOrphans(this.#records, print);
    await Promise.all(SERVICES_IN_START_ORDER.map((name) => assertBuilt(projectFolder, name)));
    const [natsUrl, databaseUrl] = await Promise.all([this.#nats(), this.#postgres()]);
    print(`starting the services: ${SERVICES_IN_START_ORDER.join(', ')}`);
    const shared = serviceEnvironment(this.#options, { natsUrl, databaseUrl });
    for (const name of SERVICES_IN_START_ORDER) {
      const environment = { ...shared, ...this.#identityOf(name) };
      const onOutput = this.#outputOf(name, settings.logLevel ?? 'warn');
      const givesWay = SERVICES_THAT_GIVE_WAY.has(name);
      await this.#supervise(name, () => startChildService({ name, projectFolder, environment, givesWay, onOutput }));
    }
  }

  /** Throws when a service ends again and again before it was ever steady; its last lines are in the message. */
  assertNoneGivesUp(): void {
    for (const [name, supervisor] of this.#supervisors) {
      if (supervisor.crashesInARow < CRASHES_BEFORE_GIVING_UP) continue;
      const lines = this.#outputs.get(name)?.lastLines() ?? [];
      const logFile = join(this.#options.settings.home, 'logs', `${name}.log`);
      throw new LocalStackError(
        `${name} ended ${supervisor.crashesInARow} times in a row.${lines.map((line) => `\n  ${line}`).join('')}`,
        `See ${logFile} for all it said.`,
      );
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    for (const name of [...SERVICES_IN_STOP_ORDER, 'nats-server', 'postgres']) {
      const exit = await this.#supervisors.get(name)?.stop(STOP_WITHIN_MILLISECONDS);
      await this.#records.remove(name);
      if (exit?.signal === 'SIGKILL')
        this.#options.print(`${name} did not stop within ${STOP_WITHIN_MILLISECONDS / 1000} s and was killed`);
      this.#outputs.get(name)?.close();
    }
  }

  get #identities(): string {
    return this.#options.settings.natsIdentities ?? join(this.#options.settings.home, 'identities');
  }

  /** A NATS that is not ours gets the identities of the folder that was named, or none. */
  #identityOf(name: string): NodeJS.ProcessEnv {
    const { natsUrl, natsIdentities } = this.#options.settings;
    const hasIdentities = natsUrl === undefined || natsIdentities !== undefined;
    if (!hasIdentities) return WITHOUT_SEALS[name] ?? {};
    const seed = { SWITCHYARD_NATS_SEED_FILE: seedFile(this.#identities, name) };
    return { ...seed, SWITCHYARD_REQUEST_SEAL_FILE: join(this.#identities, REQUEST_SEAL_FILE), ...WITHOUT_SEALS[name] };
  }

  async #nats(): Promise<string> {
    const { settings, environment, print } = this.#options;
    if (settings.natsUrl !== undefined) {
      await assertNatsIsReachable(settings.natsUrl);
      return settings.natsUrl;
    }
    const found = await findNatsServer({ cache: cacheFolder(environment), environment, report: print });
    const port = settings.natsPort ?? (await freePort());
    print(`starting nats-server ${found.version} (${found.origin}) on port ${port}`);
    const dataFolder = join(settings.home, 'nats');
    const onOutput = this.#outputOf('nats-server', 'silent');
    const blocks = await ensureIdentities(this.#identities);
    const { binary } = found;
    await this.#supervise('nats-server', () => NatsServer.start({ binary, dataFolder, port, blocks, onOutput }));
    return `nats://127.0.0.1:${port}`;
  }

  async #postgres(): Promise<string> {
    const { settings, print } = this.#options;
    if (settings.databaseUrl !== undefined) {
      await assertDatabaseIsReachable(settings.databaseUrl);
      return settings.databaseUrl;
    }
    const password = await storedPassword(join(settings.home, 'postgres-password'));
    const dataFolder = await reachableDataFolder(settings.home, await postgresAccount(print));
    const port = settings.postgresPort ?? (await freePort());
    print(`starting Postgres on port ${port}, data in ${dataFolder}`);
    const onOutput = this.#outputOf('postgres', 'silent');
    const supervisor = await this.#supervise('postgres', () =>
      PostgresServer.start({ dataFolder, password, port, givesWay: true, report: print, onOutput }),
    );
    const server = supervisor.child;
    if (server === undefined)
      throw new LocalStackError(
        'Postgres ended right after its start.',
        `See ${join(settings.home, 'logs', 'postgres.log')}.`,
      );
    await ensureDatabase(server.urlOf('postgres'), DATABASE);
    return server.urlOf(DATABASE);
  }

  #outputOf(name: string, consoleLevel: string): (chunk: Buffer) => void {
    const { settings, print } = this.#options;
    const silentPrint = consoleLevel === 'silent' ? () => undefined : print;
    const output = serviceOutput({ name, logsFolder: join(settings.home, 'logs'), consoleLevel, print: silentPrint });
    this.#outputs.set(name, output);
    return (chunk) => output.write(chunk);
  }

  async #supervise<Child extends { pid: number; exited: Promise<Exit>; stop(within: number): Promise<Exit> }>(
    name: string,
    startChild: () => Promise<Child>,
  ): Promise<Supervisor<Child>> {
    const { print } = this.#options;
    if (this.#stopping) throw new LocalStackError(`${name} is not started: the stack is stopping.`, 'Start again.');
    const supervisor = new Supervisor(name, startChild);
    this.#supervisors.set(name, supervisor);
    supervisor.on('started', (pid) => void this.#records.write(name, pid).catch(() => undefined));
    supervisor.on('crashed', (exit, pause) =>
      print(`${name} stopped (${describeExit(exit)}), restarting in ${pause / 1000} s`),
    );
    supervisor.on('failed', (error, pause) =>
      print(`${name} could not be restarted: ${messageOf(error)}; trying again in ${pause / 1000} s`),
    );
    await supervisor.start();
    return supervisor;
  }
}

/** Whoever calls providers must not be able to make up requests, also where the environment of all services names the key. */
const WITHOUT_SEALS: Readonly<Record<string, NodeJS.ProcessEnv>> = {
  worker: { SWITCHYARD_REQUEST_SEAL_FILE: undefined },
};

function serviceEnvironment(
  { settings, environment, secrets }: StackOptions,
  urls: { natsUrl: string; databaseUrl: string },
): NodeJS.ProcessEnv {
  // The bootstrap key itself stays here: services know it by its digest alone.
  // The address of the database has its files of TLS in it.
  const {
    SWITCHYARD_ADMIN_KEY: _adminKey,
    SWITCHYARD_CONFIG: _config,
    SWITCHYARD_DATABASE_CA: _databaseCa,
    SWITCHYARD_DATABASE_CERTIFICATE: _databaseCertificate,
    SWITCHYARD_DATABASE_KEY: _databaseKey,
    ...inherited
  } = environment;
  return {
    ...inherited,
    NODE_ENV: environment['NODE_ENV'] ?? 'production',
    NATS_URL: urls.natsUrl,
    DATABASE_URL: urls.databaseUrl,
    SWITCHYARD_SECRET_KEY: secrets.secretKey,
    SWITCHYARD_ADMIN_KEY_SHA256: secrets.adminKeySha256,
    SWITCHYARD_HOME: settings.home,
    SWITCHYARD_HOST: settings.host,
    SWITCHYARD_PORT: String(settings.port),
    ...namedFiles(settings),
    ...(settings.configFile === undefined ? {} : { SWITCHYARD_CONFIG: settings.configFile }),
    ...(settings.difficultyModel === undefined ? {} : { SWITCHYARD_DIFFICULTY_MODEL: settings.difficultyModel }),
  };
}

/** Services start elsewhere: paths that were given from here are made absolute. */
function namedFiles({ natsTls, requestSealFile }: Settings): NodeJS.ProcessEnv {
  const files = {
    SWITCHYARD_REQUEST_SEAL_FILE: requestSealFile,
    SWITCHYARD_NATS_CA: natsTls?.caFile,
    SWITCHYARD_NATS_CERTIFICATE: natsTls?.certificateFile,
    SWITCHYARD_NATS_KEY: natsTls?.keyFile,
  };
  return Object.fromEntries(Object.entries(files).filter(([, file]) => file !== undefined));
}

async function assertBuilt(projectFolder: string, name: string): Promise<void> {
  try {
    await access(serviceEntry(projectFolder, name));
  } catch (error) {
    throw new LocalStackError(
      `The service ${name} is not built (${serviceEntry(projectFolder, name)} is missing).`,
      'Run npm run build.',
      { cause: error },
    );
  }
}

function describeExit({ code, signal }: Exit): string {
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
