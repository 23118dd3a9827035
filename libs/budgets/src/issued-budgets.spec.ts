import { describe, expect, it } from '@jest/globals';
import { budgetIndex } from './budget-index.js';
import { buildBudget } from './budgets.fixture.js';
import { IssuedBudgets } from './issued-budgets.js';

const owner = { organization: 'demo', project: 'shop' };
const facts = { ...owner, key: 'ci' };
const budget = (limitNanoUsd: string, id = 'demo/shop/ci:month') => buildBudget(id, { ...facts, limitNanoUsd });
const entry = (...budgets: ReturnType<typeof budget>[]) => ({
  ...owner,
  name: 'ci',
  ...(budgets.length === 0 ? {} : { budgets }),
});

describe('budgets of keys that the admin API made', () => {
  const of = (issued: IssuedBudgets, changes: object = {}) =>
    budgetIndex({ budgets: [buildBudget('demo:month')] }, issued)
      .of({ ...facts, ...changes }, 'chat', () => new Set(['main']))
      .map((applied) => [applied.budget.id, applied.budget.limitNanoUsd]);

  it('count beside those of the configuration, for their key alone', () => {
    const issued = new IssuedBudgets();
    issued.follow(entry(budget('5')));
    expect(of(issued).map(([id]) => id)).toEqual(['demo/shop/ci:month', 'demo:month']);
    expect(of(issued, { key: 'other' }).map(([id]) => id)).toEqual(['demo:month']);
    expect(budgetIndex({}, issued).hasAny(facts)).toBe(true);
  });

  it('are seen at once by an index that was made before, and gone when they are taken away', () => {
    const issued = new IssuedBudgets();
    const index = budgetIndex({}, issued);
    expect(index.areAny).toBe(false);
    issued.follow(entry(budget('5')));
    expect(index.find('demo/shop/ci:month')).toMatchObject({ limitNanoUsd: '5' });
    issued.follow(entry(budget('7')));
    expect(index.all()).toEqual([budget('7')]);
    issued.follow(entry());
    expect([index.areAny, index.all()]).toEqual([false, []]);
  });

  it('are those of the key that speaks for the name, and those of keys before it are known by their ids alone', () => {
    const issued = new IssuedBudgets();
    const before = budget('5');
    issued.know(entry(before));
    issued.follow(entry(before));
    const after = budget('9', 'demo/shop/ci#2:month');
    issued.know(entry(after));
    issued.follow(entry(after));
    issued.know(entry(before));
    expect(of(issued)).toEqual([
      ['demo/shop/ci#2:month', '9'],
      ['demo:month', '1000'],
    ]);
    expect(issued.all()).toEqual([after]);
    expect(issued.find('demo/shop/ci:month')).toEqual(before);
    issued.follow(entry());
    expect(of(issued).map(([id]) => id)).toEqual(['demo:month']);
  });

  it('stay the same things when an entry is heard of again that says nothing new', () => {
    const issued = new IssuedBudgets();
    issued.follow(entry(budget('5')));
    const first = issued.find('demo/shop/ci:month');
    issued.follow(entry(budget('5')));
    expect(issued.find('demo/shop/ci:month')).toBe(first);
  });
});
