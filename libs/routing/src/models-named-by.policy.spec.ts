import { describe, expect, it } from '@jest/globals';
import type { ModelEntry } from '#libs/contracts';
import { modelsNamedBy } from './models-named-by.policy.js';

const models = new Map(
  ['small', 'large', 'other'].map((name) => [name, { name, targets: [] } as unknown as ModelEntry]),
);
const namesOf = (asked: Parameters<typeof modelsNamedBy>[0]) => modelsNamedBy(asked, models).map(({ name }) => name);

describe('the models that a request names', () => {
  it('are the one it asks for, also by a suffix, and those of its wishes', () => {
    expect(namesOf({ model: 'small' })).toEqual(['small']);
    const targets = [{ provider: 'main' }, { provider: 'main', model: 'other' }];
    expect(namesOf({ model: 'small', wishes: { models: ['large:floor'], targets } })).toEqual([
      'small',
      'large',
      'other',
    ]);
  });

  it('are still the one it asked for where a budget goes on with another', () => {
    expect(namesOf({ model: 'small', downgradedFrom: 'large:floor' })).toEqual(['small', 'large']);
  });

  it('are none where nothing of ours is named', () => {
    expect(namesOf({ model: 'unknown', wishes: { models: ['nothing'] } })).toEqual([]);
  });
});
