import type { LoadResult } from '../load/load-order.js';
import type { RecordsProgress } from '../jetstream/records-progress.js';
import type { ConversingChild } from '../processes/conversing-child.js';
import { readMemory } from '../processes/memory.js';
import { BENCH } from '../stack/bench-configuration.js';
import type { RunningStack } from '../stack/running-stack.js';
import { BatchRun } from './batch-run.js';

/** What a large batch takes, and what it does to others. */
export interface BatchesFigures {
  /** Seconds from the upload to the output file by number of lines; the largest number as several batches at once. */
  readonly times: readonly { readonly lines: number; readonly seconds: number }[];
  /** Seconds for a line of the largest run, as a part of what one takes in the smallest but one: 1 where time is linear. */
  readonly growth: number;
  /** Seconds that ten lines of another project take while the large batch runs. */
  readonly smallBatchSeconds: number;
  /** Of callers at 100 requests a second, in milliseconds. */
  readonly callerP99: { readonly alone: number; readonly meanwhile: number };
  /** The most that any process gained in memory by an input file of `inputMebibytes`, in mebibytes, and which it was. */
  readonly memory: { readonly inputMebibytes: number; readonly gained: number; readonly part: string };
}

export interface BatchesBench {
  readonly stack: RunningStack;
  readonly records: RecordsProgress;
  readonly generator: ConversingChild;
  readonly prompts: readonly string[];
  readonly say: (text: string) => void;
}

/** How much is measured. `sizes` in lines, ascending; the one before the last is the batch beside which others are measured. */
export interface BatchesEffort {
  readonly sizes: readonly number[];
  readonly callerSeconds: number;
  readonly inputMebibytes: number;
}

const LINES_PER_BATCH = 50_000;
const SMALL_LINES = 10;
const CALLERS_PER_SECOND = 100;
const LOOK_AT_MEMORY_MILLISECONDS = 100;
const MEBIBYTE = 1024 ** 2;
const WARM_UP_LINES = 5_000;
/** Of the lines of a large input: not so many that their number, rather than their size, would count. */
const LARGE_LINE_BYTES = 40_000;

export async function measureBatches(bench: BatchesBench, effort: BatchesEffort): Promise<BatchesFigures> {
  await runLines(bench, WARM_UP_LINES);
  const times: { lines: number; seconds: number }[] = [];
  for (const lines of effort.sizes) {
    const seconds = await runLines(bench, lines);
    bench.say(`${lines} lines: ${seconds.toFixed(1)} s, ${(lines / seconds).toFixed(0)} lines/s`);
    times.push({ lines, seconds });
  }
  const perLine = (index: number): number => (times.at(index)?.seconds ?? Number.NaN) / (times.at(index)?.lines ?? 1);
  const alone = await callers(bench, effort.callerSeconds);
  bench.say(`callers alone: p99 ${alone.toFixed(1)} ms`);
  const beside = await besideBatch(bench, effort);
  bench.say(`beside a batch: callers p99 ${beside.meanwhile.toFixed(1)} ms, ten lines ${beside.small.toFixed(1)} s`);
  const memory = await memoryOfLargeInput(bench, effort.inputMebibytes);
  bench.say(`an input of ${effort.inputMebibytes} MiB: ${memory.part} gained ${memory.gained.toFixed(0)} MiB`);
  return {
    times,
    growth: perLine(-1) / perLine(-2),
    smallBatchSeconds: beside.small,
    callerP99: { alone, meanwhile: beside.meanwhile },
    memory: { inputMebibytes: effort.inputMebibytes, ...memory },
  };
}

async function runLines({ stack, records, prompts }: BatchesBench, lines: number): Promise<number> {
  await records.settled();
  const startedAt = performance.now();
  const batches = Array.from({ length: Math.ceil(lines / LINES_PER_BATCH) }, (_, batch) => {
    const count = Math.min(LINES_PER_BATCH, lines - batch * LINES_PER_BATCH);
    return new BatchRun(stack).run(promptsOf(prompts, count));
  });
  await Promise.all(batches);
  return (performance.now() - startedAt) / 1000;
}

async function besideBatch(bench: BatchesBench, effort: BatchesEffort): Promise<{ small: number; meanwhile: number }> {
  const { stack, prompts, records } = bench;
  await records.settled();
  const large = new BatchRun(stack).run(promptsOf(prompts, effort.sizes.at(-2) ?? LINES_PER_BATCH));
  const small = await new BatchRun(stack, stack.otherCallerKey).run(promptsOf(prompts, SMALL_LINES));
  const meanwhile = await callers(bench, effort.callerSeconds);
  await large;
  return { small, meanwhile };
}

async function callers({ stack, generator }: BatchesBench, seconds: number): Promise<number> {
  const { latency } = await generator.ask<LoadResult>({
    url: `${stack.url}/v1/chat/completions`,
    headers: { authorization: `Bearer ${stack.callerKey}`, 'content-type': 'application/json' },
    model: BENCH.model.fast,
    isStream: false,
    arrivals: { kind: 'open', perSecond: CALLERS_PER_SECOND },
    seconds,
  });
  return latency.p99;
}

async function memoryOfLargeInput(
  { stack, records }: BatchesBench,
  inputMebibytes: number,
): Promise<{ gained: number; part: string }> {
  await records.settled();
  const before = new Map(readMemory(stack.parts).map(({ name, residentMebibytes }) => [name, residentMebibytes]));
  let most = { gained: 0, part: '' };
  const look = setInterval(() => {
    for (const { name, residentMebibytes } of readMemory(stack.parts.filter(isOfNode))) {
      const gained = residentMebibytes - (before.get(name) ?? 0);
      if (gained > most.gained) most = { gained, part: name };
    }
  }, LOOK_AT_MEMORY_MILLISECONDS);
  const lines = Math.floor((inputMebibytes * MEBIBYTE) / LARGE_LINE_BYTES);
  const text = 'word '.repeat(LARGE_LINE_BYTES / 5 - 60);
  await new BatchRun(stack)
    .run(Array.from({ length: lines }, (_, index) => `${index} ${text}`))
    .finally(() => clearInterval(look));
  return most;
}

/** Postgres and nats-server hold what they are told to hold, in caches of their own. */
function isOfNode({ name }: { name: string }): boolean {
  return name !== 'postgres' && name !== 'nats-server';
}

function promptsOf(prompts: readonly string[], count: number): string[] {
  return Array.from({ length: count }, (_, index) => prompts[index % prompts.length] ?? '');
}
