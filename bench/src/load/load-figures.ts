import type { ContenderName } from '../contenders/contender.js';
import { median } from '../median.js';
import { totalOf } from '../processes/cpu-meter.js';
import type { CpuByPart } from '../processes/part.js';
import type { LoadResult, Spread } from './load-order.js';

/** One contender under one scenario in one round. CPU in milliseconds per answered request, by part. */
export interface LoadSample {
  readonly scenario: string;
  readonly contender: ContenderName;
  readonly result: LoadResult;
  readonly cpu: CpuByPart;
  /** Of the upstream and of the load generator: no part of any contender. */
  readonly bystanderCpu: CpuByPart;
}

/** The medians of the rounds. Times in milliseconds. */
export interface LoadFigures {
  readonly scenario: string;
  readonly contender: ContenderName;
  readonly answered: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly perSecond: number;
  readonly latency: Spread;
  readonly firstByte: Spread;
  readonly lateness: Spread;
  readonly cpu: CpuByPart;
  readonly cpuTotal: number;
  readonly bystanderCpu: CpuByPart;
}

/** Takes the median of each figure over the rounds, for each scenario and contender. */
export function summarize(samples: readonly LoadSample[]): LoadFigures[] {
  const groups = Map.groupBy(samples, ({ scenario, contender }) => `${scenario}|${contender}`);
  return [...groups.values()].flatMap((group) => {
    const first = group[0];
    return first === undefined ? [] : [summarizeGroup(first, group)];
  });
}

function summarizeGroup({ scenario, contender }: LoadSample, group: readonly LoadSample[]): LoadFigures {
  const results = group.map(({ result }) => result);
  const failures: Record<string, number> = {};
  for (const result of results)
    for (const [reason, count] of Object.entries(result.failures)) failures[reason] = (failures[reason] ?? 0) + count;
  const spread = (name: 'latency' | 'firstByte' | 'lateness'): Spread => ({
    p50: median(results.map((result) => result[name].p50)),
    p99: median(results.map((result) => result[name].p99)),
  });
  return {
    scenario,
    contender,
    answered: results.reduce((sum, { answered }) => sum + answered, 0),
    failures,
    perSecond: median(results.map(({ answered, seconds }) => answered / seconds)),
    latency: spread('latency'),
    firstByte: spread('firstByte'),
    lateness: spread('lateness'),
    cpu: medianByPart(group.map(({ cpu }) => cpu)),
    cpuTotal: median(group.map(({ cpu }) => totalOf(cpu))),
    bystanderCpu: medianByPart(group.map(({ bystanderCpu }) => bystanderCpu)),
  };
}

/** The median of each part over the rounds. */
export function medianByPart(rounds: readonly CpuByPart[]): CpuByPart {
  const names = Object.keys(rounds[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, median(rounds.map((round) => round[name] ?? 0))]));
}
