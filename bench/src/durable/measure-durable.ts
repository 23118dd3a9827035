import { median } from '../median.js';
import { CpuMeter, dividedBy, totalOf } from '../processes/cpu-meter.js';
import type { CpuByPart } from '../processes/part.js';
import { medianByPart } from '../load/load-figures.js';
import type { RecordsProgress } from '../jetstream/records-progress.js';
import type { RunningStack } from '../stack/running-stack.js';
import type { BareLane } from './bare-lane.js';
import { BatchRun } from './batch-run.js';

/** A lane's rate and its CPU milliseconds per job, by part; medians of the rounds. */
export interface LaneFigures {
  readonly jobsPerSecond: number;
  readonly cpu: CpuByPart;
  readonly cpuTotal: number;
}

/** `share`: our rate as a part of the bare loop's; the median of the rounds' own ratios. */
export interface DurableFigures {
  readonly lines: number;
  readonly switchyard: LaneFigures;
  readonly bare: LaneFigures;
  readonly share: number;
}

export interface DurableBench {
  readonly stack: RunningStack;
  readonly records: RecordsProgress;
  readonly bare: BareLane;
  readonly prompts: readonly string[];
  readonly say: (text: string) => void;
}

interface Round {
  readonly perSecond: number;
  readonly cpu: CpuByPart;
}

const WARM_UP_LINES = 5_000;

/** The same jobs through the bare loop and as a batch, in turn. */
export async function measureDurable(bench: DurableBench, lines: number, rounds: number): Promise<DurableFigures> {
  bench.say(`warming up both durable lanes with ${WARM_UP_LINES} jobs`);
  await runBare(bench, WARM_UP_LINES);
  await runBatch(bench, WARM_UP_LINES);
  const bare: Round[] = [];
  const ours: Round[] = [];
  for (let round = 1; round <= rounds; round++) {
    const bareRound = await runBare(bench, lines);
    bench.say(`round ${round} of ${rounds}: bare loop  ${bareRound.perSecond.toFixed(0)} jobs/s`);
    const ourRound = await runBatch(bench, lines);
    bench.say(`round ${round} of ${rounds}: switchyard ${ourRound.perSecond.toFixed(0)} jobs/s`);
    bare.push(bareRound);
    ours.push(ourRound);
  }
  const share = median(ours.map(({ perSecond }, index) => perSecond / (bare[index]?.perSecond ?? Number.NaN)));
  return { lines, switchyard: summarize(ours), bare: summarize(bare), share };
}

async function runBare({ bare }: DurableBench, jobs: number): Promise<Round> {
  await bare.fill(jobs);
  const meter = CpuMeter.start(bare.parts);
  const seconds = await bare.run();
  return { perSecond: jobs / seconds, cpu: dividedBy(meter.stop(), jobs) };
}

async function runBatch({ stack, records, prompts }: DurableBench, lines: number): Promise<Round> {
  const batchPrompts = Array.from({ length: lines }, (_, index) => prompts[index % prompts.length] ?? '');
  await records.settled();
  const meter = CpuMeter.start(stack.parts);
  const seconds = await new BatchRun(stack).run(batchPrompts);
  await records.settled();
  return { perSecond: lines / seconds, cpu: dividedBy(meter.stop(), lines) };
}

function summarize(rounds: readonly Round[]): LaneFigures {
  return {
    jobsPerSecond: median(rounds.map(({ perSecond }) => perSecond)),
    cpu: medianByPart(rounds.map(({ cpu }) => cpu)),
    cpuTotal: median(rounds.map(({ cpu }) => totalOf(cpu))),
  };
}
