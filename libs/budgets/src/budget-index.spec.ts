import { describe, expect, it } from '@jest/globals';
import { budgetIndex } from './budget-index.js';
import { buildBudget } from './budgets.fixture.js';

const facts = { organization: 'demo', project: 'shop', key: 'ci' };
const providers = () => new Set(['main']);
const of = (budgets: ReturnType<typeof buildBudget>[], changes: object = {}) =>
  budgetIndex({ budgets })
    .of({ ...facts, ...changes }, 'chat', providers)
    .map(({ budget, subject }) => (subject === '' ? budget.id : `${budget.id} ${subject}`));

describe('the budgets that count a request', () => {
  it('are those of its organisation, its project and its key, in one order', () => {
    const budgets = [
      buildBudget('z', { project: 'shop', key: 'ci' }),
      buildBudget('a'),
      buildBudget('m', { project: 'shop' }),
      buildBudget('other', { organization: 'acme' }),
      buildBudget('other-project', { project: 'search' }),
      buildBudget('other-key', { project: 'shop', key: 'prod' }),
    ];
    expect(of(budgets)).toEqual(['a', 'm', 'z']);
  });

  it.each([
    ['models', { models: ['chat'] }, {}, true],
    ['other models', { models: ['other'] }, {}, false],
    ['tags', { tags: ['x', 'y'] }, { tags: ['y'] }, true],
    ['other tags', { tags: ['x'] }, { tags: ['y'] }, false],
    ['no tags', { tags: ['x'] }, {}, false],
    ['providers', { providers: ['main', 'b'] }, {}, true],
    ['other providers', { providers: ['b'] }, {}, false],
    ['end users', { endUsers: ['ann'] }, { endUser: 'ann' }, true],
    ['other end users', { endUsers: ['ann'] }, { endUser: 'ben' }, false],
    ['nobody', { eachEndUser: true as const }, {}, false],
  ])('are told apart by %s', (_what, scope, changes, counts) => {
    expect(of([buildBudget('b', { scope })], changes)).toEqual(counts ? ['b'] : []);
  });

  it.each([
    [{}, false],
    [{ scope: { models: ['chat'] } }, false],
    [{ scope: { eachEndUser: true as const } }, true],
    [{ scope: { tags: ['x'] } }, true],
    [{ scope: { endUsers: ['ann'] } }, true],
  ])('of %j may count one request for a model and not another: %p', (changes, apart) => {
    const { organization, project } = buildBudget('b', changes);
    const owner = { organization, project: project ?? 'p', key: 'k' };
    expect(budgetIndex({ budgets: [buildBudget('b', changes)] }).tellsApart(owner)).toBe(apart);
  });

  it('are one for each end user where they say so', () => {
    expect(of([buildBudget('b', { scope: { eachEndUser: true } })], { endUser: 'ann' })).toEqual(['b ann']);
  });

  it('are none where nobody has any', () => {
    expect(budgetIndex({}).areAny).toBe(false);
    expect(of([])).toEqual([]);
  });
});
