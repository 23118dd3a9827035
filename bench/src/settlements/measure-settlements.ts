import { Client } from 'pg';
import type { RequestEnded } from '#libs/contracts';
import { BenchError } from '../bench.error.js';
import type { RecordsProgress } from '../jetstream/records-progress.js';
import { median } from '../median.js';
import { CpuMeter, dividedBy } from '../processes/cpu-meter.js';
import { COMPLETED_SUBJECT, publishBacklog } from '../records/publish-backlog.js';
import { BENCH, projectWithBudgets } from '../stack/bench-configuration.js';
import type { RunningStack } from '../stack/running-stack.js';
import { HOLDER, leaseMoney } from './lease-money.js';

/** What it takes to settle a call that is held on so many budgets; medians of the rounds, CPU in microseconds for each call. */
export interface SettlementFigures {
  readonly budgets: number;
  readonly eventsPerSecond: number;
  readonly billingMicroseconds: number;
  readonly postgresMicroseconds: number;
  /** Transactions of the database for a thousand calls. */
  readonly transactionsPerThousand: number;
}

export interface SettlementsBench {
  readonly stack: RunningStack;
  readonly records: RecordsProgress;
  readonly say: (text: string) => void;
}

interface Effort {
  readonly events: number;
  readonly rounds: number;
}

const HELD_NANO_USD = 2_000_000n;
const WAKING_EVENTS = 1;
const WARM_UP_EVENTS = 5_000;
const AT_REST = ['audit'] as const;

/**
 * Lets billing settle backlogs of calls whose money is held on 0, 1, 2 or 3 budgets, in turn; audit works them off in between.
 * At least one call must have been made, since its event is the pattern. Throws when not exactly what was
 * held for them is free again at the end.
 */
export async function measureSettlements(
  bench: SettlementsBench,
  { events, rounds }: Effort,
): Promise<SettlementFigures[]> {
  const pattern = JSON.parse(await bench.records.newestEvent(COMPLETED_SUBJECT)) as RequestEnded;
  const client = new Client({ connectionString: bench.stack.databaseUrl });
  await client.connect();
  try {
    const samples: SettlementFigures[] = [];
    for (const budgets of BENCH.budgetsOfProjects)
      await settle(bench, client, { pattern, budgets, events: WARM_UP_EVENTS });
    for (let round = 1; round <= rounds; round++) {
      for (const budgets of BENCH.budgetsOfProjects) {
        const sample = await settle(bench, client, { pattern, budgets, events });
        bench.say(
          `round ${round} of ${rounds}: ${budgets} budgets: ${sample.eventsPerSecond.toFixed(0)} calls/s, ` +
            `CPU µs: billing ${sample.billingMicroseconds.toFixed(0)}, Postgres ${sample.postgresMicroseconds.toFixed(0)}`,
        );
        samples.push(sample);
      }
    }
    await checkAllSettled(client, rounds * (events + WAKING_EVENTS) + WARM_UP_EVENTS + WAKING_EVENTS);
    return summarize(samples);
  } finally {
    await client.end();
  }
}

async function settle(
  { stack, records }: SettlementsBench,
  client: Client,
  { pattern, budgets, events }: { pattern: RequestEnded; budgets: number; events: number },
): Promise<SettlementFigures> {
  const project = projectWithBudgets(budgets);
  const requests = events + WAKING_EVENTS;
  const hold = await leaseMoney(records, project.budgets, { requests, nanoUsdEach: HELD_NANO_USD });
  const template = JSON.stringify({ ...pattern, project: project.name, ...(hold ? { hold } : {}) });
  await records.pause([...AT_REST, 'billing']);
  await publishBacklog(records, template, events);
  const before = await transactionsOf(client);
  await records.resume(['billing']);
  const meter = CpuMeter.start(stack.parts);
  const startedAt = performance.now();
  await publishBacklog(records, template, WAKING_EVENTS);
  await records.done(['billing']);
  const seconds = (performance.now() - startedAt) / 1000;
  const cpu = dividedBy(meter.stop(), events);
  const transactions = (await transactionsOf(client)) - before;
  await records.resume(AT_REST);
  // A resumed consumer serves the pulls that wait only when a message comes.
  await publishBacklog(records, JSON.stringify({ ...pattern, project: projectWithBudgets(0).name }), WAKING_EVENTS);
  await records.settled();
  return {
    budgets,
    eventsPerSecond: events / seconds,
    billingMicroseconds: (cpu.billing ?? 0) * 1000,
    postgresMicroseconds: (cpu.postgres ?? 0) * 1000,
    transactionsPerThousand: (transactions / events) * 1000,
  };
}

async function transactionsOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ count: string }>(
    'SELECT xact_commit AS count FROM pg_stat_database WHERE datname = current_database()',
  );
  return Number(rows[0]?.count);
}

/** Every call must have drawn what was held for it from the lease of each of its budgets. */
async function checkAllSettled(client: Client, callsOfProject: number): Promise<void> {
  const { rows } = await client.query<{ drawn: string }>(
    'SELECT sum(placed_nano_usd - remaining_nano_usd) AS drawn FROM billing.reservations WHERE holder = $1',
    [HOLDER],
  );
  const holds = BENCH.budgetsOfProjects.reduce<number>((sum, count) => sum + count * callsOfProject, 0);
  const expected = BigInt(holds) * HELD_NANO_USD;
  if (BigInt(rows[0]?.drawn ?? 0) === expected) return;
  throw new BenchError(`Of leases ${rows[0]?.drawn} nano-USD are settled, not ${expected}.`, 'See the log of billing.');
}

function summarize(samples: readonly SettlementFigures[]): SettlementFigures[] {
  return [...Map.groupBy(samples, ({ budgets }) => budgets)].map(([budgets, group]) => {
    const middle = (read: (sample: SettlementFigures) => number): number => median(group.map(read));
    return {
      budgets,
      eventsPerSecond: middle((sample) => sample.eventsPerSecond),
      billingMicroseconds: middle((sample) => sample.billingMicroseconds),
      postgresMicroseconds: middle((sample) => sample.postgresMicroseconds),
      transactionsPerThousand: middle((sample) => sample.transactionsPerThousand),
    };
  });
}
