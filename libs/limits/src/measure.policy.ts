import { LIMIT_MEASURES, type LimitMeasure, type RateLimits } from '#libs/contracts';

const MINUTE_MILLISECONDS = 60_000;
const DAY_MILLISECONDS = 24 * 60 * MINUTE_MILLISECONDS;
const SLOTS = 120;

/** What a limit counts, and over which time; requests under way have no time. */
export interface Measure {
  readonly unit: 'requests' | 'tokens' | 'slots';
  /** How it is said to people. */
  readonly words: string;
  readonly windowMilliseconds: number;
  /** Uses of one slot of time leave the window together, with its end: never too early. */
  readonly slotMilliseconds: number;
}

const over = (unit: Measure['unit'], words: string, windowMilliseconds: number): Measure => ({
  unit,
  words,
  windowMilliseconds,
  slotMilliseconds: windowMilliseconds / SLOTS,
});

/** The measures of `LIMIT_MEASURES`. */
export const MEASURES: Readonly<Record<LimitMeasure, Measure>> = {
  requestsPerMinute: over('requests', 'requests a minute', MINUTE_MILLISECONDS),
  requestsPerDay: over('requests', 'requests a day', DAY_MILLISECONDS),
  tokensPerMinute: over('tokens', 'tokens a minute', MINUTE_MILLISECONDS),
  tokensPerDay: over('tokens', 'tokens a day', DAY_MILLISECONDS),
  concurrency: over('slots', 'requests at the same time', 0),
};

/** An amount of each measure; what is absent is none. */
export type Amounts = Partial<Record<LimitMeasure, number>>;

/** The measures that are limited here. */
export function measuresOf(limits: RateLimits): LimitMeasure[] {
  return LIMIT_MEASURES.filter((measure) => limits[measure] !== undefined);
}

/** What one request takes of a measure. */
export function weightOf(measure: LimitMeasure, tokens: number): number {
  return MEASURES[measure].unit === 'tokens' ? tokens : 1;
}

/** The number of the slot of time that a moment lies in. */
export function slotOf(measure: LimitMeasure, at: number): number {
  return Math.floor(at / MEASURES[measure].slotMilliseconds);
}

/** How a measure stands, as callers are told. */
export interface MeasureStanding {
  readonly measure: LimitMeasure;
  readonly limit: number;
  readonly remaining: number;
  /** Until the oldest use that counts is free again. */
  readonly resetMilliseconds: number;
}
