import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createHash, randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client, type QueryResultRow } from 'pg';

import type { ServiceName } from '#libs/contracts';
import { REQUEST_SEAL_FILE, seedFile } from '#libs/identities';

import { journeyConfiguration, modelFields } from '../../journeys/journey-configuration.js';
import { StackForTests } from '../../journeys/stack-for-tests.js';
import { FaultProxy } from './fault-proxy.js';
import { NatsUnderFault } from './nats-under-fault.js';
import { PostgresUnderFault } from './postgres-under-fault.js';
import { SimProcess, type SimPace } from './sim-process.js';

/** What a ground is made of; everything has a default. */
export interface GroundOptions {
  readonly pace?: SimPace;
  /** Whether services reach NATS and Postgres through fault proxies. */
  readonly isProxied?: boolean;
  readonly maxPostgresConnections?: number;
  /** More variables of the services' environment. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Changes switchyard.yaml before it is written. */
  readonly configure?: (configuration: object) => object;
}

/** Models of every ground: one that answers, and some that hang, stall and stream slowly. */
const MODELS: Readonly<Record<string, string>> = {
  answering: 'sim-small',
  hanging: 'sim-hang',
  stalling: 'sim-stall',
  failing: 'sim-error-500',
  cutting: 'sim-cut-5',
};
const PACE: SimPace = { latencyMilliseconds: 20 };
/** Longer than any test looks at a call that never ends. */
const PATIENT = { firstByteMs: 60_000, idleMs: 60_000 };

/**
 * A whole Switchyard whose nats-server, Postgres and provider are ours to break: the stack from dist/ with its seven services, and the
 * three they stand on as processes of their own, in a folder that goes when it stops.
 */
export class FaultGround {
  private constructor(
    readonly folder: string,
    readonly nats: NatsUnderFault,
    readonly postgres: PostgresUnderFault,
    readonly sim: SimProcess,
    readonly proxies: { readonly nats: FaultProxy; readonly postgres: FaultProxy } | undefined,
    readonly stack: StackForTests,
    private readonly settings: Readonly<Record<string, string>>,
    private readonly cleanups: readonly (() => Promise<void>)[],
  ) {}

  static async start(options: GroundOptions = {}): Promise<FaultGround> {
    const folder = await mkdtemp(join(tmpdir(), 'switchyard-faults-'));
    // Postgres may run under another account than ours, and must be able to pass through.
    await chmod(folder, 0o711);
    const cleanups: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true, maxRetries: 5 })];
    const owned = async <Thing extends { stop(): Promise<void> }>(starting: Promise<Thing>): Promise<Thing> => {
      const thing = await starting;
      cleanups.unshift(() => thing.stop());
      return thing;
    };
    try {
      await mkdir(join(folder, 'nats'));
      const nats = await owned(NatsUnderFault.start(join(folder, 'nats')));
      const postgres = await owned(PostgresUnderFault.start(join(folder, 'data'), options.maxPostgresConnections));
      const sim = await owned(SimProcess.start(folder, options.pace ?? PACE));
      const proxies = options.isProxied
        ? {
            nats: await owned(FaultProxy.start({ host: '127.0.0.1', port: nats.port })),
            postgres: await owned(FaultProxy.start({ host: '127.0.0.1', port: postgres.port })),
          }
        : undefined;
      const settings = {
        ...options.settings,
        NATS_URL: proxies?.nats.inFrontOf(nats.url) ?? nats.url,
        DATABASE_URL: proxies?.postgres.inFrontOf(postgres.url) ?? postgres.url,
        SWITCHYARD_NATS_IDENTITIES: nats.identities,
        SWITCHYARD_SECRET_KEY: randomBytes(32).toString('base64'),
        SWITCHYARD_WEBHOOK_ALLOW: '127.0.0.0/8',
      };
      const stack = await StackForTests.start(configurationOn(sim, options), settings);
      return new FaultGround(folder, nats, postgres, sim, proxies, stack, settings, cleanups);
    } catch (error) {
      await runAll(cleanups);
      throw error;
    }
  }

  /** The environment of one more process of a service, beside the one of the stack. */
  environmentOfService(name: ServiceName, port: number): NodeJS.ProcessEnv {
    return {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      ...this.settings,
      SWITCHYARD_NATS_SEED_FILE: seedFile(this.nats.identities, name),
      ...(name === 'worker' ? {} : { SWITCHYARD_REQUEST_SEAL_FILE: join(this.nats.identities, REQUEST_SEAL_FILE) }),
      SWITCHYARD_HOME: this.stack.home,
      SWITCHYARD_HOST: '127.0.0.1',
      SWITCHYARD_PORT: String(port),
      SWITCHYARD_ADMIN_KEY_SHA256: createHash('sha256').update(this.stack.adminKey).digest('hex'),
    };
  }

  /** Asks Postgres itself, past any proxy. */
  async query<Row extends QueryResultRow>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.withClient(async (client) => (await client.query<Row>(sql, [...values])).rows);
  }

  /** One connection to Postgres, past any proxy. */
  async withClient<Result>(use: (client: Client) => Promise<Result>): Promise<Result> {
    const client = new Client({ connectionString: this.postgres.url, connectionTimeoutMillis: 5_000 });
    // The server may be killed while we are connected; the query under way says so.
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await use(client);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** Ends the services, which must leave well, and then what they stand on. */
  async stop(): Promise<void> {
    try {
      await this.stack.stop();
    } finally {
      await runAll(this.cleanups);
    }
  }
}

async function runAll(cleanups: readonly (() => Promise<void>)[]): Promise<void> {
  for (const cleanup of cleanups) await cleanup().catch((error: unknown) => console.error(error));
}

function configurationOn(sim: SimProcess, { configure = (same) => same }: GroundOptions): object {
  const main = { kind: 'openai', baseUrl: `${sim.url}/v1`, apiKey: 'sk-upstream-faults' };
  const models = Object.entries(MODELS).map(([name, model]) =>
    modelFields(name, [{ provider: 'main', model }], PATIENT),
  );
  const base = journeyConfiguration({ main }, models) as { organizations: readonly object[] };
  // A wide budget: every line and call takes a hold and settles it, and none is refused for it.
  const budgets = [{ limitUsd: '100000', period: 'month' }];
  return configure({ ...base, organizations: base.organizations.map((given) => ({ ...given, budgets })) });
}
