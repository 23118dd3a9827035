import type { Contender } from '../contenders/contender.js';
import type { LoadSample } from '../load/load-figures.js';
import { measureLoad, warmUp, type LoadBench } from '../load/measure-load.js';
import type { Scenario } from '../load/scenario.js';
import { median } from '../median.js';
import { totalOf } from '../processes/cpu-meter.js';
import type { RunningStack } from '../stack/running-stack.js';
import type { BoundsEffort } from './bounds-effort.js';

/** What two budgets and six limits add to a request; latencies in milliseconds, CPU in milliseconds for each request. */
export interface BoundsFigures {
  readonly rounds: number;
  readonly without: number;
  readonly within: number;
  /** The median of the differences of each round, in which both took turns. */
  readonly addedP50: number;
  readonly addedCpu: number;
}

const WARM_UP_SECONDS = 3;
const PER_SECOND = 200;

/** The same load by turns with a key that nothing bounds and with one whose project and key have budgets and limits. */
export async function measureBounds(
  bench: Omit<LoadBench, 'contenders'>,
  { contender, stack }: { contender: Contender; stack: RunningStack },
  { rounds, seconds }: BoundsEffort,
): Promise<BoundsFigures> {
  const contenders = [contender, boundedContender(contender, stack)];
  const arrivals = { kind: 'open', perSecond: PER_SECOND } as const;
  const scenario: Scenario = { title: `${PER_SECOND}/s`, pace: 'fast', isStream: false, arrivals, seconds };
  await warmUp({ ...bench, contenders }, [scenario], WARM_UP_SECONDS);
  const samples = await measureLoad({ ...bench, contenders }, [scenario], rounds);
  const without = samples.filter((sample) => sample.contender === contender.name);
  const within = samples.filter((sample) => sample.contender !== contender.name);
  const added = (read: (sample: LoadSample) => number): number =>
    median(within.map((sample, round) => read(sample) - read(without[round] ?? sample)));
  return {
    rounds,
    without: median(without.map(({ result }) => result.latency.p50)),
    within: median(within.map(({ result }) => result.latency.p50)),
    addedP50: added(({ result }) => result.latency.p50),
    addedCpu: added(({ cpu }) => totalOf(cpu)),
  };
}

function boundedContender(contender: Contender, { boundedCallerKey }: RunningStack): Contender {
  const authorization = `Bearer ${boundedCallerKey}`;
  return {
    ...contender,
    name: 'bounded',
    addressOf: (pace) => {
      const address = contender.addressOf(pace);
      return { ...address, headers: { ...address.headers, authorization } };
    },
  };
}
