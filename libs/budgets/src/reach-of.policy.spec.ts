import { describe, expect, it } from '@jest/globals';
import type { ModelEntry } from '#libs/contracts';
import { buildModel } from './budgets.fixture.js';
import { reachOf } from './reach-of.policy.js';

const reached = (name: string, models: ModelEntry[], wishes?: { models: string[] }) =>
  reachOf(name, new Map(models.map((model) => [model.name, model])), wishes).map(({ model }) => model);

describe('what a request may reach', () => {
  const plain = ['a', 'b', 'c', 'd'].map((name) => buildModel(name));

  it('are the targets of its model, whatever suffix it has', () => {
    expect(reached('a:floor', plain)).toEqual(['a']);
    expect(reached('nobody', plain)).toEqual([]);
  });

  it('are those of fallbacks and rules, to their end, each once', () => {
    const first = buildModel('a', {
      routing: { fallbacks: { models: ['b'], contextTooLong: ['c'], contentFilter: ['b'] } },
    });
    const second = buildModel('b', {
      routing: { rules: [{ name: 'r', useModel: 'd' }], fallbacks: { models: ['a'] } },
    });
    expect(reached('a', [first, second, ...plain.slice(2)]).toSorted()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('are those of the models that it stands for, and of those that the caller wishes', () => {
    const auto = buildModel('auto', {
      targets: [],
      auto: { weak: 'a', strong: 'b', levels: { cheap: 1, balanced: 0.5, best: 0 } },
    });
    expect(reached('auto:best', [auto, ...plain], { models: ['c'] })).toEqual(['a', 'b', 'c']);
  });

  it('tells whose streams may be gone on with', () => {
    const rescued = buildModel('a', { routing: { onCut: 'rescue' } });
    expect(reachOf('a', new Map([['a', rescued]]))).toMatchObject([{ mayBeRescued: true }]);
  });
});
