import { setTimeout } from 'node:timers/promises';

import { Client } from 'pg';

import type { ToxicFields } from '../ground/toxics.js';
import type { Strike } from '../nemesis.js';
import { runBatch } from '../run-batch.js';
import type { Scenario, ScenarioRun } from '../scenario.js';
import { withCalls } from './with-calls.js';

const second = 1_000;
/** Longer than a whole batch needs, where an outage is to be felt by it. */
const PACED = { pace: { latencyMilliseconds: 100, tokensPerSecond: 100 } };

/** Puts toxics on the way to NATS or Postgres for so long. */
function trouble(
  { ground, say }: ScenarioRun,
  way: 'nats' | 'postgres',
  { toxics, forMilliseconds }: { toxics: readonly ToxicFields[]; forMilliseconds: number },
): Strike {
  return {
    name: `${toxics.map(({ type }) => type).join(', ')} on the way to ${way} for ${forMilliseconds / second} s`,
    takesCalls: way === 'nats',
    act: async () => {
      await ground.proxies?.[way].setToxics(toxics);
      await setTimeout(forMilliseconds);
      await ground.proxies?.[way].mend();
      say(`the way to ${way} is mended`);
    },
  };
}

/** How long an outage lasts: as the catalogue says on a batch of its size, a part of it on a short one. */
const lasting = ({ lines }: ScenarioRun, seconds: number): number =>
  Math.max(5, Math.round(lines >= 10_000 ? seconds : seconds / 4)) * second;

/** The ways between services, NATS and Postgres, and Postgres itself. */
export const NETWORK_FAULTS: readonly Scenario[] = [
  {
    name: 'F-13',
    says: 'nats-server is frozen for 30 seconds: no caller hangs, the batch goes on',
    ground: PACED,
    run: async (run) => {
      const freeze: Strike = {
        name: 'SIGSTOP of nats-server',
        takesCalls: true,
        act: async () => {
          run.ground.nats.signal('SIGSTOP');
          await setTimeout(30 * second);
          run.ground.nats.signal('SIGCONT');
        },
      };
      await withCalls(run, { perSecond: 10, leastShareOk: 0.1, slowestMilliseconds: 62 * second }, () =>
        runBatch(run, { strikes: [freeze] }),
      );
    },
  },
  {
    name: 'F-17',
    says: 'Postgres is shut down at once and away for a minute: callers are answered meanwhile, the backlog drains',
    ground: PACED,
    run: async (run) => {
      const outage: Strike = {
        name: `Postgres away for ${lasting(run, 60) / second} s`,
        act: async () => {
          await run.ground.postgres.stopImmediately();
          await setTimeout(lasting(run, 60));
          await run.ground.postgres.startAgain();
        },
      };
      await withCalls(run, { perSecond: 10, leastShareOk: 0.5, slowestMilliseconds: 20 * second }, () =>
        runBatch(run, { strikes: [outage] }),
      );
    },
  },
  {
    name: 'F-19',
    says: 'nothing comes through to or from Postgres, and no connection is reset, for a minute',
    ground: { ...PACED, isProxied: true },
    run: async (run) => {
      const strikes = [trouble(run, 'postgres', { toxics: [{ type: 'timeout' }], forMilliseconds: lasting(run, 60) })];
      await runBatch(run, { strikes });
    },
  },
  {
    name: 'F-20',
    says: 'each answer of Postgres takes 300 ms longer, for a minute',
    ground: { ...PACED, isProxied: true },
    run: async (run) => {
      const toxics: ToxicFields[] = [{ type: 'latency', milliseconds: 300, direction: 'to-client' }];
      await runBatch(run, { strikes: [trouble(run, 'postgres', { toxics, forMilliseconds: lasting(run, 60) })] });
    },
  },
  {
    name: 'F-21',
    says: 'another program takes the connections of Postgres away and holds them for 10 seconds: all is well 10 seconds after it lets go',
    ground: { ...PACED, maxPostgresConnections: 60 },
    run: async (run) => {
      const exhaust: Strike = { name: 'all connections of Postgres taken', act: () => holdConnections(run) };
      await runBatch(run, { strikes: [exhaust] });
    },
  },
  {
    name: 'F-24',
    says: 'the way to NATS is cut for 5, 30 and 130 seconds, the last longer than its window for duplicates',
    ground: { ...PACED, isProxied: true },
    run: async (run) => {
      const cut = (seconds: number): Strike =>
        trouble(run, 'nats', { toxics: [{ type: 'down' }], forMilliseconds: seconds * second });
      await runBatch(run, { strikes: [cut(5), cut(30), cut(130)] });
    },
  },
  {
    name: 'F-25',
    says: 'what NATS says is dropped for 30 seconds, so that acknowledgements are lost: effects once',
    ground: { ...PACED, isProxied: true },
    run: async (run) => {
      const toxics: ToxicFields[] = [{ type: 'timeout', direction: 'to-client' }];
      await runBatch(run, { strikes: [trouble(run, 'nats', { toxics, forMilliseconds: 30 * second })] });
    },
  },
  {
    name: 'F-26',
    says: 'every connection to NATS and Postgres is reset after two seconds, again and again for a minute',
    ground: { ...PACED, isProxied: true },
    run: async (run) => {
      const toxics: ToxicFields[] = [{ type: 'reset-peer', milliseconds: 2 * second }];
      const forMilliseconds = lasting(run, 60);
      const both: Strike = {
        name: 'connections are reset after 2 s',
        takesCalls: true,
        act: async () => {
          const ways = ['nats', 'postgres'] as const;
          await Promise.all(ways.map((way) => trouble(run, way, { toxics, forMilliseconds }).act()));
        },
      };
      await runBatch(run, { strikes: [both] });
    },
  },
];

async function holdConnections({ ground, say }: ScenarioRun): Promise<void> {
  const held: Client[] = [];
  try {
    // What services hold is taken from them, and each place is taken before they have it again.
    await ground.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'`,
    );
    for (let refusals = 0; refusals < 20;) {
      const client = new Client({ connectionString: ground.postgres.url });
      client.on('error', () => undefined);
      const isConnected = await client.connect().then(
        () => true,
        () => false,
      );
      if (isConnected) held.push(client);
      else {
        refusals += 1;
        await setTimeout(second / 4);
      }
    }
    say(`${held.length} connections are held`);
    await setTimeout(10 * second);
  } finally {
    await Promise.all(held.map((client) => client.end().catch(() => undefined)));
  }
  const releasedAt = Date.now();
  await ground.stack.untilReady(10 * second);
  say(`ready ${Date.now() - releasedAt} ms after the release`);
}
