import { describe, expect, it } from '@jest/globals';
import { budgetIndex } from './budget-index.js';
import { buildBudget } from './budgets.fixture.js';
import { IssuedBudgets } from './issued-budgets.js';

const owner = { organization: 'demo', project: 'shop' };
const facts = { ...owner, key: 'ci' };
const budget = (limitNanoUsd: string) => buildBudget('demo/shop/ci:month', { ...facts, limitNanoUsd });
const entry = (limitNanoUsd?: string) => ({
  ...owner,
  name: 'ci',
  ...(limitNanoUsd === undefined ? {} : { budgets: [budget(limitNanoUsd)] }),
});

describe('budgets of keys that the admin API made', () => {
  const of = (issued: IssuedBudgets, changes: object = {}) =>
    budgetIndex({ budgets: [buildBudget('demo:month')] }, issued)
      .of({ ...facts, ...changes }, 'chat', () => new Set(['main']))
      .map((applied) => [applied.budget.id, applied.budget.limitNanoUsd]);

  it('count beside those of the configuration, for their key alone', () => {
    const issued = new IssuedBudgets();
    issued.follow('one', entry('5'));
    expect(of(issued).map(([id]) => id)).toEqual(['demo/shop/ci:month', 'demo:month']);
    expect(of(issued, { key: 'other' }).map(([id]) => id)).toEqual(['demo:month']);
    expect(budgetIndex({}, issued).hasAny(facts)).toBe(true);
  });

  it('are seen at once by an index that was made before, and gone when they are taken away', () => {
    const issued = new IssuedBudgets();
    const index = budgetIndex({}, issued);
    expect(index.areAny).toBe(false);
    issued.follow('one', entry('5'));
    expect(index.find('demo/shop/ci:month')).toMatchObject({ limitNanoUsd: '5' });
    issued.follow('one', entry('7'));
    expect(index.all()).toEqual([budget('7')]);
    issued.follow('one', entry());
    expect([index.areAny, index.all()]).toEqual([false, []]);
  });

  it('stay those of the key in its place when a key was replaced', () => {
    const issued = new IssuedBudgets();
    issued.follow('before', entry('5'));
    issued.follow('after', entry('5'));
    issued.follow('before', entry());
    expect(of(issued)).toContainEqual(['demo/shop/ci:month', '5']);
    issued.follow('after', undefined);
    expect(of(issued).map(([id]) => id)).toEqual(['demo:month']);
  });

  it('stay the same things when an entry is heard of again that says nothing new', () => {
    const issued = new IssuedBudgets();
    issued.follow('one', entry('5'));
    const first = issued.find('demo/shop/ci:month');
    issued.follow('one', entry('5'));
    expect(issued.find('demo/shop/ci:month')).toBe(first);
  });
});
