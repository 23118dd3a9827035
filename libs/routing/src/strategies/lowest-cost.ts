import { costEstimate, likelyCompletionTokens } from '../estimated-cost.policy.js';
import type { Order } from '../candidacy.js';
import { byScore } from './by-score.js';

const NANO_PER_USD = 1e9;
const DECIMALS = 7;
/** Behind every price that is known. */
const UNKNOWN = Number.MAX_VALUE;

/** The lowest estimated cost of the request at hand first, equals in a weighted draw; unknown prices last. */
export const byCost: Order = (candidacies, { facts, random }) =>
  byScore(candidacies, random, {
    scoreOf: ({ placed }) => costEstimate(facts, placed) ?? UNKNOWN,
    reasonOf: ({ entry, placed }) => {
      const cost = costEstimate(facts, placed);
      if (cost === undefined) return 'its price for this is not known';
      const tokens = `${facts.estimatedPromptTokens} + ${likelyCompletionTokens(facts, entry)} tokens`;
      return `about ${(cost / NANO_PER_USD).toFixed(DECIMALS)} USD for ${tokens}`;
    },
  });
