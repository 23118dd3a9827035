import type { TargetQuotas, TargetState } from '#libs/contracts';
import type { Filter } from '../candidacy.js';
import { mayFind } from './may-find.js';
import { isWaitedFor } from './waiting-lane.js';

/**
 * Leaves out targets whose quota this request would exceed, over the whole fleet. One that has served nothing in this minute is
 * never left out for its tokens: a request that is larger than the whole quota would never be served.
 */
export const quota: Filter = {
  name: 'quota',
  applies: (consideration) =>
    !isWaitedFor(consideration.facts) && mayFind(consideration, (features) => features.quotas),
  reasonAgainst: ({ entry: { quotas }, state }, { facts }) =>
    quotas && state && exceeded(quotas, state, facts.estimatedPromptTokens + (facts.maxCompletionTokens ?? 0)),
};

function exceeded(quotas: TargetQuotas, state: TargetState, tokens: number): string | undefined {
  const { requestsPerMinute, tokensPerMinute, concurrency } = quotas;
  if (concurrency !== undefined && state.inFlight >= concurrency)
    return `its ${concurrency} calls at once are under way`;
  if (requestsPerMinute !== undefined && state.requestsThisMinute >= requestsPerMinute) {
    return `its ${requestsPerMinute} requests of this minute are used up`;
  }
  const { tokensThisMinute } = state;
  return tokensPerMinute !== undefined && tokensThisMinute > 0 && tokensThisMinute + tokens > tokensPerMinute
    ? `its ${tokensPerMinute} tokens of this minute are used up, or nearly so`
    : undefined;
}
