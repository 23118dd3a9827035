import type { Contender, Pace } from '../contenders/contender.js';
import { CpuMeter, dividedBy, totalOf } from '../processes/cpu-meter.js';
import type { ConversingChild } from '../processes/conversing-child.js';
import type { Part } from '../processes/part.js';
import type { LoadSample } from './load-figures.js';
import type { LoadOrder, LoadResult } from './load-order.js';
import type { Scenario } from './scenario.js';

/** What a measurement needs: the contenders, the process that makes the load, and the upstreams' processes by pace. */
export interface LoadBench {
  readonly contenders: readonly Contender[];
  readonly generator: ConversingChild;
  readonly upstreamPids: Readonly<Record<Pace, number>>;
  readonly say: (text: string) => void;
}

const WARM_UP_IN_FLIGHT = 16;

/** Lets every contender work for a while, so that nobody is measured while its code is still being compiled. */
export async function warmUp(bench: LoadBench, scenarios: readonly Scenario[], seconds: number): Promise<void> {
  const kinds = new Map(scenarios.map((scenario) => [`${scenario.pace} ${scenario.isStream}`, scenario]));
  for (const scenario of kinds.values()) {
    for (const contender of bench.contenders) {
      bench.say(`warming up ${contender.name}, ${scenario.isStream ? `${scenario.pace} streams` : 'plain requests'}`);
      const load = { ...scenario, seconds, arrivals: { kind: 'closed', inFlight: WARM_UP_IN_FLIGHT } } as const;
      await bench.generator.ask<LoadResult>(orderFor(contender, load));
      await contender.settle();
    }
  }
}

/** Runs every scenario against every contender, `rounds` times; who comes first changes from round to round. */
export async function measureLoad(
  bench: LoadBench,
  scenarios: readonly Scenario[],
  rounds: number,
): Promise<LoadSample[]> {
  const samples: LoadSample[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const scenario of scenarios) {
      for (const contender of rotated(bench.contenders, round)) {
        const sample = await measureOnce(bench, scenario, contender);
        bench.say(
          `round ${round + 1} of ${rounds}: ${scenario.title.padEnd(21)} ${contender.name.padEnd(10)} ${brief(sample)}`,
        );
        samples.push(sample);
      }
    }
  }
  return samples;
}

async function measureOnce(bench: LoadBench, scenario: Scenario, contender: Contender): Promise<LoadSample> {
  const bystanders: Part[] = [
    { name: 'upstream', pid: bench.upstreamPids[scenario.pace] },
    { name: 'load generator', pid: bench.generator.pid },
  ];
  await contender.settle();
  const meter = CpuMeter.start(contender.parts);
  const bystanderMeter = CpuMeter.start(bystanders);
  const result = await bench.generator.ask<LoadResult>(orderFor(contender, scenario));
  await contender.settle();
  return {
    scenario: scenario.title,
    contender: contender.name,
    result,
    cpu: dividedBy(meter.stop(), result.answered),
    bystanderCpu: dividedBy(bystanderMeter.stop(), result.answered),
  };
}

function orderFor(contender: Contender, { pace, isStream, arrivals, seconds }: Scenario): LoadOrder {
  return { ...contender.addressOf(pace), isStream, arrivals, seconds };
}

function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

function brief({ result, cpu }: LoadSample): string {
  const failed = Object.values(result.failures).reduce((sum, count) => sum + count, 0);
  const rate = `${(result.answered / result.seconds).toFixed(0)}/s`;
  const latency = `p50 ${result.latency.p50.toFixed(2)} ms, p99 ${result.latency.p99.toFixed(1)} ms`;
  const cost = Object.keys(cpu).length === 0 ? '' : `, CPU ${totalOf(cpu).toFixed(2)} ms`;
  return `${rate.padStart(7)}  ${latency}${cost}${failed === 0 ? '' : `, ${failed} failed`}`;
}
