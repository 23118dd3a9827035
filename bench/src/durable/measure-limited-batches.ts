import type { RecordsProgress } from '../jetstream/records-progress.js';
import { median } from '../median.js';
import type { RunningStack } from '../stack/running-stack.js';
import { BatchRun } from './batch-run.js';

/** A batch by turns in a project without limits and in one with limits that it never meets; medians of the rounds. */
export interface LimitedBatchesFigures {
  readonly lines: number;
  readonly rounds: number;
  readonly secondsWithout: number;
  readonly secondsWithin: number;
  /** Seconds within limits as a part of those without, the median of the rounds' own ratios. */
  readonly ratio: number;
}

export interface LimitedBatchesBench {
  readonly stack: RunningStack;
  readonly records: RecordsProgress;
  readonly prompts: readonly string[];
  readonly say: (text: string) => void;
}

export interface LimitedBatchesEffort {
  readonly lines: number;
  readonly rounds: number;
}

const WARM_UP_LINES = 2_000;

/** Limits of requests and tokens at the project and at its key are counted for each line, and none is ever full. */
export async function measureLimitedBatches(
  { stack, records, prompts, say }: LimitedBatchesBench,
  { lines, rounds }: LimitedBatchesEffort,
): Promise<LimitedBatchesFigures> {
  const run = async (key: string, count: number): Promise<number> => {
    await records.settled();
    return new BatchRun(stack, key).run(
      Array.from({ length: count }, (_, index) => prompts[index % prompts.length] ?? ''),
    );
  };
  const keys = { without: stack.callerKey, within: stack.limitedCallerKey };
  for (const key of Object.values(keys)) await run(key, WARM_UP_LINES);
  const seconds = { without: [] as number[], within: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    const turns = round % 2 === 0 ? (['without', 'within'] as const) : (['within', 'without'] as const);
    for (const turn of turns) {
      const taken = await run(keys[turn], lines);
      say(`round ${round + 1} of ${rounds}: ${lines} lines ${turn} limits: ${taken.toFixed(1)} s`);
      seconds[turn].push(taken);
    }
  }
  return {
    lines,
    rounds,
    secondsWithout: median(seconds.without),
    secondsWithin: median(seconds.within),
    ratio: median(seconds.within.map((taken, round) => taken / (seconds.without[round] ?? Number.NaN))),
  };
}
