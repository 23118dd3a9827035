import type { Contender } from '../contenders/contender.js';
import type { RecordsProgress } from '../jetstream/records-progress.js';
import { measureLoad, warmUp, type LoadBench } from '../load/measure-load.js';
import type { Scenario } from '../load/scenario.js';
import { median } from '../median.js';
import { CpuMeter, dividedBy } from '../processes/cpu-meter.js';
import { COMPLETED_SUBJECT, publishBacklog } from '../records/publish-backlog.js';
import type { RunningStack } from '../stack/running-stack.js';
import type { AuditEffort, AuditFigures } from './audit-figures.js';
import { entriesOf, measureProofs } from './measure-proofs.js';
import { verifyLog } from './verify-log.js';

export interface AuditBench {
  readonly stack: RunningStack;
  readonly records: RecordsProgress;
  readonly load: Omit<LoadBench, 'contenders'>;
  readonly contender: Contender;
  readonly say: (text: string) => void;
}

const OTHERS = ['billing', 'jobs'] as const;
const WAKING_EVENTS = 1;
const WARM_UP_EVENTS = 5_000;
const WARM_UP_SECONDS = 2;
const PER_SECOND = 200;
/** Few enough that none of them waits in the stream for long. */
const FILLED_AT_ONCE = 50_000;

/** Backlogs that audit drains alone, callers with and without it, proofs, and a log that is exported and verified, one after the other. */
export async function measureAudit(bench: AuditBench, effort: AuditEffort): Promise<AuditFigures> {
  const template = await bench.records.newestEvent(COMPLETED_SUBJECT);
  await publishBacklog(bench.records, template, WARM_UP_EVENTS);
  await bench.records.settled();
  const drained: Drained[] = [];
  for (let round = 1; round <= effort.rounds; round++) {
    const sample = await drain(bench, template, effort.events);
    bench.say(
      `round ${round} of ${effort.rounds}: ${sample.eventsPerSecond.toFixed(0)} events/s, ` +
        `CPU µs: audit ${sample.auditMicroseconds.toFixed(0)}, Postgres ${sample.postgresMicroseconds.toFixed(0)}`,
    );
    drained.push(sample);
  }
  const middle = (read: (sample: Drained) => number): number => median(drained.map(read));
  const callerP50 = await callersBeside(bench, template, effort);
  await fill(bench, template, effort.verifiedEntries);
  const proofs = await measureProofs(bench.stack, effort.proofs);
  bench.say(`proofs: p50 ${proofs.p50.toFixed(2)} ms, p99 ${proofs.p99.toFixed(1)} ms`);
  const verified = await verifyLog(bench.stack, bench.say);
  return {
    eventsPerSecond: middle((sample) => sample.eventsPerSecond),
    auditMicroseconds: middle((sample) => sample.auditMicroseconds),
    postgresMicroseconds: middle((sample) => sample.postgresMicroseconds),
    callerP50,
    proofs,
    verified,
  };
}

type Drained = Pick<AuditFigures, 'eventsPerSecond' | 'auditMicroseconds' | 'postgresMicroseconds'>;

/** Audit alone works a backlog off; billing and jobs do so afterwards. */
async function drain({ stack, records }: AuditBench, template: string, events: number): Promise<Drained> {
  await records.pause(['audit', ...OTHERS]);
  await publishBacklog(records, template, events);
  await records.resume(['audit']);
  const meter = CpuMeter.start(stack.parts);
  const startedAt = performance.now();
  await publishBacklog(records, template, WAKING_EVENTS);
  await records.done(['audit']);
  const seconds = (performance.now() - startedAt) / 1000;
  const cpu = dividedBy(meter.stop(), events);
  await records.resume(OTHERS);
  await publishBacklog(records, template, WAKING_EVENTS);
  await records.settled();
  return {
    eventsPerSecond: events / seconds,
    auditMicroseconds: (cpu.audit ?? 0) * 1000,
    postgresMicroseconds: (cpu.postgres ?? 0) * 1000,
  };
}

/** The same callers by turns with audit at work and with its consumer at rest. */
async function callersBeside(
  { load, contender, records }: AuditBench,
  template: string,
  { callerRounds, callerSeconds }: AuditEffort,
): Promise<AuditFigures['callerP50']> {
  let isAtRest = false;
  const rest = async (): Promise<void> => {
    await records.pause(['audit']);
    isAtRest = true;
    await records.done(OTHERS);
  };
  const work = async (): Promise<void> => {
    if (isAtRest) {
      await records.resume(['audit']);
      // A resumed consumer serves the pulls that wait only when a message comes.
      await publishBacklog(records, template, WAKING_EVENTS);
      isAtRest = false;
    }
    await records.settled();
  };
  const contenders: Contender[] = [
    { ...contender, name: 'unaudited', settle: rest },
    { ...contender, settle: work },
  ];
  const arrivals = { kind: 'open', perSecond: PER_SECOND } as const;
  const scenario: Scenario = {
    title: `${PER_SECOND}/s`,
    pace: 'fast',
    isStream: false,
    arrivals,
    seconds: callerSeconds,
  };
  await warmUp({ ...load, contenders }, [scenario], WARM_UP_SECONDS);
  const samples = await measureLoad({ ...load, contenders }, [scenario], callerRounds);
  await work();
  const p50s = (name: string): number[] =>
    samples.filter((sample) => sample.contender === name).map(({ result }) => result.latency.p50);
  const [without, within] = [p50s('unaudited'), p50s(contender.name)];
  return {
    without: median(without),
    within: median(within),
    added: median(within.map((p50, round) => p50 - (without[round] ?? p50))),
  };
}

/** Lets both books grow until the log has so many entries. */
async function fill({ stack, records, say }: AuditBench, template: string, entries: number): Promise<void> {
  for (let left = entries - (await entriesOf(stack)); left > 0; left -= FILLED_AT_ONCE) {
    say(`filling the trail: ${left} of ${entries} entries to go`);
    await publishBacklog(records, template, Math.min(left, FILLED_AT_ONCE));
    await records.settled();
  }
}
