import type { QueueHold } from '#libs/contracts';
import { duration } from './progress.policy.js';

const REASONS: Readonly<Record<QueueHold['reason'], string>> = {
  pause: 'is paused by an operator',
  limit: 'waits for room in a limit',
  budget: 'waits for room in a budget',
  provider: 'waits for a provider that can be called',
};

/** What holds work back, for people: "waits for room in a budget ('acme/web:team' of acme/web, 20 USD a month, …)". */
export function holdWords({ reason, of, until }: QueueHold, nowSeconds: number): string {
  const when = until === null || until <= nowSeconds ? '' : `, for ${duration(until - nowSeconds)} more`;
  return `${REASONS[reason]} (${of})${when}`;
}

/** What somebody can do about it who is told that a batch waits; nothing where it goes on by itself. */
export function holdRemedy({ reason }: QueueHold, batchId: string): string {
  if (reason !== 'budget') return '';
  return ` It goes on by itself once there is room: raise the budget, or cancel it: switchyard batch cancel ${batchId}`;
}
