import type { LoadSample } from '../load/load-figures.js';
import { measureLoad, warmUp, type LoadBench } from '../load/measure-load.js';
import type { Scenario } from '../load/scenario.js';
import { median } from '../median.js';
import { totalOf } from '../processes/cpu-meter.js';
import type { TurnsEffort } from './turns-effort.js';

/** One of those that took turns; times in milliseconds. */
export interface TurnFigures {
  readonly name: string;
  readonly p50: number;
  readonly p99: number;
  /** CPU of all processes for a request. */
  readonly cpu: number;
  /** Parts of what the first took in the same round, the median of the rounds; 1 for the first. */
  readonly ratioOfP50: number;
  readonly ratioOfCpu: number;
}

/** The same load by turns, and how much more it is than with the first. */
export interface TurnsFigures {
  readonly perSecond: number;
  readonly rounds: number;
  readonly turns: readonly TurnFigures[];
}

const WARM_UP_SECONDS = 2;
const PER_SECOND = 200;

/** Plain requests at a fixed rate, the contenders by turns. A round in which a request failed is no measurement: it throws. */
export async function measureTurns(bench: LoadBench, { rounds, seconds }: TurnsEffort): Promise<TurnsFigures> {
  const arrivals = { kind: 'open', perSecond: PER_SECOND } as const;
  const scenario: Scenario = { title: `${PER_SECOND}/s`, pace: 'fast', isStream: false, arrivals, seconds };
  await warmUp(bench, [scenario], WARM_UP_SECONDS);
  const samples = await measureLoad(bench, [scenario], rounds);
  const failed = samples.find(({ result }) => Object.keys(result.failures).length > 0);
  if (failed) throw new RangeError(`${failed.contender} had failures: ${JSON.stringify(failed.result.failures)}`);
  const byName = Map.groupBy(samples, ({ contender }) => contender);
  const [first = []] = bench.contenders.map(({ name }) => byName.get(name));
  const turns = [...byName].map(([name, own]) => figuresOf(name, own, first));
  return { perSecond: PER_SECOND, rounds, turns: turns.toSorted((one, other) => order(one) - order(other)) };

  function order({ name }: TurnFigures): number {
    return bench.contenders.findIndex((contender) => contender.name === name);
  }
}

function figuresOf(name: string, own: readonly LoadSample[], first: readonly LoadSample[]): TurnFigures {
  const of = (read: (sample: LoadSample) => number): number => median(own.map(read));
  const ratio = (read: (sample: LoadSample) => number): number =>
    median(own.map((sample, round) => read(sample) / read(first[round] ?? sample)));
  const p50 = ({ result }: LoadSample): number => result.latency.p50;
  const cpu = (sample: LoadSample): number => totalOf(sample.cpu);
  return {
    name,
    p50: of(p50),
    p99: of(({ result }) => result.latency.p99),
    cpu: of(cpu),
    ratioOfP50: ratio(p50),
    ratioOfCpu: ratio(cpu),
  };
}
