import type { Usage } from '#libs/contracts';
import type { UnitAmountName } from './token-prices.js';

/** A unit other than tokens that providers charge by. */
export interface PricedUnit {
  readonly kind: Exclude<keyof Usage, `${string}Tokens`>;
  readonly amount: UnitAmountName;
  /** How many of the usage's units one amount is for. */
  readonly per: bigint;
  /** The field of a price in switchyard.yaml. */
  readonly field: string;
  /** What is counted, for people. */
  readonly words: string;
}

/** All units that are not tokens, in the order of a bill's parts. */
export const PRICED_UNITS: readonly PricedUnit[] = [
  { kind: 'requests', amount: 'nanoUsdPerRequest', per: 1n, field: 'perRequest', words: 'requests' },
  { kind: 'images', amount: 'nanoUsdPerImage', per: 1n, field: 'perImage', words: 'images' },
  {
    kind: 'audioMilliseconds',
    amount: 'nanoUsdPerHourOfAudio',
    per: 3_600_000n,
    field: 'perMinuteOfAudio',
    words: 'milliseconds of audio',
  },
  {
    kind: 'characters',
    amount: 'nanoUsdPerMillionCharacters',
    per: 1_000_000n,
    field: 'perMillionCharacters',
    words: 'characters',
  },
  {
    kind: 'searches',
    amount: 'nanoUsdPerThousandSearches',
    per: 1_000n,
    field: 'perThousandSearches',
    words: 'searches',
  },
  {
    kind: 'webSearches',
    amount: 'nanoUsdPerThousandWebSearches',
    per: 1_000n,
    field: 'perThousandWebSearches',
    words: 'web searches',
  },
];
