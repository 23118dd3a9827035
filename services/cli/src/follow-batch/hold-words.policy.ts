import type { QueueHold } from '#libs/contracts';
import { duration } from './progress.policy.js';

const REASONS: Readonly<Record<QueueHold['reason'], string>> = {
  pause: 'is paused by an operator',
  limit: 'waits for room in a limit',
  budget: 'waits for room in a budget',
  provider: 'waits for a provider that can be called',
};

/** What holds work back, for people: "waits for room in a budget (demo/default, by month)". */
export function holdWords({ reason, of, until }: QueueHold, nowSeconds: number): string {
  const when = until === null || until <= nowSeconds ? '' : `, for ${duration(until - nowSeconds)} more`;
  return `${REASONS[reason]} (${of})${when}`;
}
