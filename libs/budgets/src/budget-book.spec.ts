import { describe, expect, it } from '@jest/globals';
import type { Facts } from '#libs/contracts';
import { BudgetBook } from './budget-book.js';
import { buildBudget, buildModel, buildPrice } from './budgets.fixture.js';

const at = (provider: string, amount: string) => ({
  provider,
  model: 'm',
  priority: 1,
  weight: 1,
  price: buildPrice({ inputNanoUsdPerMillion: amount, outputNanoUsdPerMillion: amount }),
});
const models = [
  buildModel('chat', { targets: [at('dear', '9000000'), at('usual', '3000000'), at('cheap', '1000000')] }),
];
const facts = {
  organization: 'demo',
  project: 'shop',
  key: 'ci',
  operation: 'chat',
  model: 'chat',
  stream: false,
  estimatedPromptTokens: 50,
  maxCompletionTokens: 50,
} as Facts;
const all = buildBudget('all');
const ofDear = buildBudget('of-dear', { scope: { providers: ['dear'] } });
const book = new BudgetBook({ models, budgets: [all, ofDear] });

describe('a request that a budget has no room for', () => {
  it.each([
    [899n, '300'],
    [300n, '300'],
    [299n, '100'],
  ])('goes on with %d left for targets that cost at most %s', (left, most) => {
    const narrowed = book.narrowed(facts, all, left);
    expect(narrowed).toEqual({ ...facts, budgetLeftNanoUsd: most });
    expect(book.bounds(narrowed ?? facts).least).toBe(BigInt(most));
  });

  it('goes on for nobody where nothing fits, or where nothing is left out by it', () => {
    expect(book.narrowed(facts, all, 99n)).toBeUndefined();
    expect(book.narrowed(facts, all, 900n)).toBeUndefined();
    expect(book.narrowed(facts, all, -1n)).toBeUndefined();
  });

  it('keeps away from the providers of the budget, and is then not counted by it', () => {
    const narrowed = book.narrowed(facts, ofDear, 0n);
    expect(narrowed).toEqual({ ...facts, exhaustedProviders: ['dear'] });
    expect(book.of(facts).map(({ budget }) => budget.id)).toEqual(['all', 'of-dear']);
    expect(book.of(narrowed ?? facts).map(({ budget }) => budget.id)).toEqual(['all']);
  });

  it('is refused where the budget is for all of its providers', () => {
    const ofAll = buildBudget('p', { scope: { providers: ['dear', 'usual', 'cheap'] } });
    expect(book.narrowed(facts, ofAll, 0n)).toBeUndefined();
  });

  it('tells routing what is left in prices without the markup of the organisation', () => {
    const marked = new BudgetBook({ models, budgets: [all], markups: [{ organization: 'demo', millionths: 500_000 }] });
    const narrowed = marked.narrowed(facts, all, 450n);
    expect(narrowed?.budgetLeftNanoUsd).toBe('300');
    expect(marked.bounds(narrowed ?? facts).least).toBe(450n);
  });
});
