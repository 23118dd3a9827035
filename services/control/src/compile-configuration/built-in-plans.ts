import type { PlanFields } from './plan-fields.js';

/** The plans there are without a word in the configuration; one of the same name there takes the place of one of these. */
const BUILT_IN_PLANS: readonly PlanFields[] = [
  {
    name: 'free',
    displayName: 'Free',
    limits: { requestsPerMinute: 20, requestsPerDay: 1_000, tokensPerMinute: 40_000, concurrency: 5 },
    retentionDays: 7,
    features: ['auto', 'background'],
    support: 'community',
  },
  {
    name: 'pay-as-you-go',
    displayName: 'Pay as you go',
    limits: { requestsPerMinute: 600, tokensPerMinute: 2_000_000, concurrency: 200 },
    retentionDays: 30,
    features: ['batches', 'webhooks', 'schedules', 'background', 'auto', 'caching'],
    support: 'e-mail',
  },
  { name: 'enterprise', displayName: 'Enterprise', retentionDays: 365, support: 'by contract' },
];

/** The plans of a configuration, the built-in ones included. */
export function plansOf(plans: readonly PlanFields[]): PlanFields[] {
  const named = new Set(plans.map(({ name }) => name));
  return [...BUILT_IN_PLANS.filter(({ name }) => !named.has(name)), ...plans];
}
