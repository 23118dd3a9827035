import { BenchError } from '../bench.error.js';
import type { RecordKeeper, RecordsProgress } from '../jetstream/records-progress.js';
import { medianByPart } from '../load/load-figures.js';
import { median } from '../median.js';
import { CpuMeter, dividedBy, totalOf } from '../processes/cpu-meter.js';
import type { CpuByPart } from '../processes/part.js';
import type { RunningStack } from '../stack/running-stack.js';
import { countRows } from './count-rows.js';
import { COMPLETED_SUBJECT, publishBacklog } from './publish-backlog.js';

/** Who worked the backlog off, how fast, and what a row cost in CPU milliseconds, by part; medians of the rounds. */
export interface RecordFigures {
  readonly who: string;
  readonly rowsPerSecond: number;
  readonly cpu: CpuByPart;
  readonly cpuTotal: number;
}

export interface RecordsBench {
  readonly stack: RunningStack;
  readonly records: RecordsProgress;
  readonly say: (text: string) => void;
}

interface Round {
  readonly who: string;
  readonly rowsPerSecond: number;
  readonly cpu: CpuByPart;
}

const BOOKKEEPERS: readonly RecordKeeper[] = ['billing', 'audit'];
const TOGETHER = 'both at once';
const WARM_UP_EVENTS = 2_000;
const WAKING_EVENTS = 1;

/**
 * Holds the consumers of terminal events back, fills RESULTS, and lets them go: billing alone, audit alone, then both at
 * once. At least one call must have been made, since its event is the pattern. Throws when a row is missing at the end.
 */
export async function measureRecords(bench: RecordsBench, events: number, rounds: number): Promise<RecordFigures[]> {
  const { records, stack, say } = bench;
  const template = await records.newestEvent(COMPLETED_SUBJECT);
  const before = await countRows(stack.databaseUrl);
  await publishBacklog(records, template, WARM_UP_EVENTS);
  await records.settled();
  const samples: Round[] = [];
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}: filling a backlog of ${events} terminal events, twice`);
    await fill(bench, template, events);
    for (const keeper of BOOKKEEPERS) samples.push(await drain(bench, [keeper], { template, events }));
    await fill(bench, template, events);
    samples.push(await drain(bench, BOOKKEEPERS, { template, events }));
    for (const { who, rowsPerSecond } of samples.slice(-3))
      say(`round ${round} of ${rounds}: ${who.padEnd(18)} ${rowsPerSecond.toFixed(0)} events/s`);
  }
  const after = await countRows(stack.databaseUrl);
  const expected = WARM_UP_EVENTS + (2 * events + 3 * WAKING_EVENTS) * rounds;
  for (const book of ['charges', 'entries'] as const) {
    const written = after[book] - before[book];
    if (written !== expected) throw new BenchError(`${book} has ${written} new rows, not ${expected}.`, 'See its log.');
  }
  return summarize(samples);
}

async function fill({ records }: RecordsBench, template: string, events: number): Promise<void> {
  await records.pause(BOOKKEEPERS);
  await publishBacklog(records, template, events);
}

/** A resumed consumer serves the pulls that wait only when a message comes: so one more is sent, and time starts there. */
async function drain(
  { records, stack }: RecordsBench,
  keepers: readonly RecordKeeper[],
  { template, events }: { template: string; events: number },
): Promise<Round> {
  await records.resume(keepers);
  const meter = CpuMeter.start(stack.parts);
  const startedAt = performance.now();
  await publishBacklog(records, template, WAKING_EVENTS);
  await records.done(keepers);
  const seconds = (performance.now() - startedAt) / 1000;
  const who = keepers.length === 1 ? (keepers[0] ?? '') : TOGETHER;
  return { who, rowsPerSecond: events / seconds, cpu: dividedBy(meter.stop(), events) };
}

function summarize(samples: readonly Round[]): RecordFigures[] {
  return [...Map.groupBy(samples, ({ who }) => who)].map(([who, group]) => ({
    who,
    rowsPerSecond: median(group.map(({ rowsPerSecond }) => rowsPerSecond)),
    cpu: medianByPart(group.map(({ cpu }) => cpu)),
    cpuTotal: median(group.map(({ cpu }) => totalOf(cpu))),
  }));
}
