import { journeyConfiguration, modelFields, PRICE } from './journey-configuration.js';
import { PRICED_IN_ALL } from './refusals-in-dialects.js';
import { PROMPT_TOKENS, WHOLE_ANSWER_WORDS } from './scripted-behaviours.js';

/** Of one call, by the prices of the journeys. */
export const COST_NANO_USD = PROMPT_TOKENS * 400 + WHOLE_ANSWER_WORDS * 1_600;

/** The key of a project. */
export const keyOf = (project: string): string => `sk-budget-${project}-0123456789`;
/** Money for exactly so many calls. */
export const usdFor = (calls: number): string => (Number(BigInt(calls * COST_NANO_USD)) / 1e9).toFixed(9);

const budgetsOf: Readonly<Record<string, object[]>> = {
  ten: [{ limitUsd: usdFor(10), period: 'total', alertAt: [0.5] }],
  hundred: [{ limitUsd: usdFor(100), period: 'total' }],
  users: [{ limitUsd: usdFor(2), period: 'total', for: { endUser: 'each' } }],
  cheaper: [{ limitUsd: usdFor(1), period: 'total', onExceeded: { downgrade: 'free' } }],
  steady: [{ limitUsd: '1000', period: 'month', timeZone: 'Europe/Berlin' }],
  batches: [{ limitUsd: usdFor(3), period: 'total' }],
  empty: [{ limitUsd: '0.000001', period: 'day' }],
  unheld: [{ limitUsd: '1000', period: 'day' }],
  scarce: [{ limitUsd: usdFor(2), period: 'total' }],
  spread: [{ limitUsd: usdFor(1), period: 'total', for: { providers: ['main'] } }],
  ruled: [{ limitUsd: usdFor(3), period: 'total' }],
  wallet: [{ limitUsd: '0.05', period: 'total' }],
};
/** Of an organization that is charged a markup. */
export const MARKED_KEY = 'sk-budget-marked-0123456789';

/**
 * The configuration of the journey of budgets: a project for each of them, with a key, so that none spends from another's. Budgets of
 * `changes` take the place of those of the same project.
 */
export function budgetConfiguration(main: object, changes: Readonly<Record<string, object[]>> = {}): object {
  const usual = { provider: 'main', model: 'quick', priority: 2, price: PRICE };
  const dear = { ...usual, model: 'dear', price: { inputPerMillion: '40', outputPerMillion: '160' } };
  const free = { provider: 'toy', model: 'sim-small', price: { inputPerMillion: '0', outputPerMillion: '0' } };
  return {
    ...journeyConfiguration({ main, toy: { kind: 'sim' } }, [
      modelFields('quick', [{ provider: 'main', model: 'quick' }]),
      modelFields('slow', [{ provider: 'main', model: 'slow' }]),
      { name: 'free', targets: [free] },
      { name: 'all', targets: [{ provider: 'main', model: 'quick', price: PRICED_IN_ALL }] },
      { name: 'grand', strategy: 'priority', targets: [{ ...dear, priority: 1 }, usual] },
      {
        name: 'either',
        strategy: 'priority',
        targets: [
          { ...usual, priority: 1 },
          { ...free, priority: 2 },
        ],
      },
      {
        ...modelFields('sparing', [{ provider: 'main', model: 'quick' }]),
        // oxlint-disable-next-line unicorn/no-thenable -- the word of the file; nobody awaits it
        rules: [{ name: 'spare', when: 'budget.usedShare > 0.5', then: { model: 'free' } }],
      },
    ]),
    organizations: [
      {
        name: 'demo',
        projects: Object.entries({ ...budgetsOf, ...changes }).map(([name, budgets]) => ({
          name,
          budgets,
          keys: [{ name: 'ci', key: keyOf(name) }],
        })),
      },
      {
        name: 'narrow',
        projects: [{ name: 'default', limits: { requestsPerMinute: 1 }, keys: [{ name: 'ci', key: keyOf('narrow') }] }],
      },
      { name: 'acme', markup: '10%', projects: [{ name: 'default', keys: [{ name: 'ci', key: MARKED_KEY }] }] },
    ],
  };
}
