import type { Effort } from '../effort.js';
import type { Pace } from '../contenders/contender.js';
import type { Arrivals } from './load-order.js';

/** One kind of load that every contender gets. */
export interface Scenario {
  readonly title: string;
  readonly pace: Pace;
  readonly isStream: boolean;
  readonly arrivals: Arrivals;
  readonly seconds: number;
}

/** Plain requests of about 1 KB, answers of 200 tokens, an upstream without delay. */
export function interactiveScenarios(effort: Effort): readonly Scenario[] {
  const plain = { pace: 'fast', isStream: false } as const;
  return [
    { ...plain, title: '200/s', arrivals: { kind: 'open', perSecond: 200 }, seconds: effort.slowRateSeconds },
    { ...plain, title: '500/s', arrivals: { kind: 'open', perSecond: 500 }, seconds: effort.fastRateSeconds },
    { ...plain, title: '32 in flight', arrivals: { kind: 'closed', inFlight: 32 }, seconds: effort.saturationSeconds },
    {
      ...plain,
      title: '128 in flight',
      arrivals: { kind: 'closed', inFlight: 128 },
      seconds: effort.saturationSeconds,
    },
  ];
}

/** Streams of 200 chunks: one every 5 ms, or all as fast as the upstream can. */
export function streamScenarios({ streamSeconds: seconds }: Effort): readonly Scenario[] {
  const paced = { isStream: true, pace: 'paced', seconds } as const;
  const unpaced = { isStream: true, pace: 'fast', seconds } as const;
  return [
    { ...paced, title: 'paced, 20/s', arrivals: { kind: 'open', perSecond: 20 } },
    { ...unpaced, title: 'unpaced, 50/s', arrivals: { kind: 'open', perSecond: 50 } },
    { ...unpaced, title: 'unpaced, 16 in flight', arrivals: { kind: 'closed', inFlight: 16 } },
  ];
}

/** What is turned into another format and back: plain answers of 200 tokens, and streams of 200 chunks. */
export function translatedScenarios(effort: Effort): readonly Scenario[] {
  const plain = { pace: 'fast', isStream: false } as const;
  const stream = { isStream: true, seconds: effort.streamSeconds } as const;
  return [
    { ...plain, title: 'plain, 200/s', arrivals: { kind: 'open', perSecond: 200 }, seconds: effort.fastRateSeconds },
    {
      ...plain,
      title: 'plain, 32 in flight',
      arrivals: { kind: 'closed', inFlight: 32 },
      seconds: effort.saturationSeconds,
    },
    { ...stream, title: 'stream paced, 20/s', pace: 'paced', arrivals: { kind: 'open', perSecond: 20 } },
    { ...stream, title: 'stream unpaced, 16 in flight', pace: 'fast', arrivals: { kind: 'closed', inFlight: 16 } },
  ];
}
