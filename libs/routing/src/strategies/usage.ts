import type { Candidacy, Order } from '../candidacy.js';
import { byScore } from './by-score.js';

/** Shares of a quota that differ by less count as equal, and calls under way tell them apart. */
const LEAST_DIFFERENCE = 1e-3;

/**
 * The largest free share of the provider's quotas first, the request at hand counted in: of requests and of tokens per minute,
 * whichever is closer to its end. A target without quotas has all of it free. Equals by calls under way for the weight.
 */
export const byFreeQuota: Order = (candidacies, { facts, random }) =>
  byScore(candidacies, random, {
    scoreOf: (candidacy) => scoreOf(candidacy, facts.estimatedPromptTokens),
    reasonOf: (candidacy) => reasonOf(candidacy, facts.estimatedPromptTokens),
  });

function usedShares(
  { entry: { quotas }, state }: Candidacy,
  promptTokens: number,
): { requests: number; tokens: number } {
  return {
    requests: share((state?.requestsThisMinute ?? 0) + 1, quotas?.requestsPerMinute),
    tokens: share((state?.tokensThisMinute ?? 0) + promptTokens, quotas?.tokensPerMinute),
  };
}

function scoreOf(candidacy: Candidacy, promptTokens: number): number {
  const { requests, tokens } = usedShares(candidacy, promptTokens);
  const inFlight = candidacy.state?.inFlight ?? 0;
  const busy = LEAST_DIFFERENCE * (inFlight / (inFlight + candidacy.entry.weight));
  return Math.round(Math.max(requests, tokens) / LEAST_DIFFERENCE) * LEAST_DIFFERENCE + busy;
}

function reasonOf(candidacy: Candidacy, promptTokens: number): string {
  const { quotas } = candidacy.entry;
  const calls = `${candidacy.state?.inFlight ?? 0} calls under way`;
  if (quotas?.requestsPerMinute === undefined && quotas?.tokensPerMinute === undefined) return `no quota, ${calls}`;
  const { requests, tokens } = usedShares(candidacy, promptTokens);
  const which = requests >= tokens ? 'requests' : 'tokens';
  return `${Math.round(100 * Math.max(requests, tokens))} % of its ${which} per minute used with this one, ${calls}`;
}

function share(used: number, quota: number | undefined): number {
  return quota === undefined ? 0 : used / quota;
}
