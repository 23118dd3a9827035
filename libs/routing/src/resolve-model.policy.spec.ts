import { describe, expect, it } from '@jest/globals';
import type { ModelEntry } from '#libs/contracts';
import { resolveModel } from './resolve-model.policy.js';
import { modelWith } from './routing.fixture.js';

const auto = { weak: 'a', strong: 'b', levels: { cheap: 0.8, balanced: 0.5, best: 0.2 } };
const models = new Map<string, ModelEntry>(
  [
    modelWith([], { name: 'small' }),
    modelWith([], { name: 'vendor/large:free' }),
    modelWith([], { name: 'odd' }),
    modelWith([], { name: 'odd:floor' }),
    modelWith([], { name: 'auto', auto }),
    modelWith([], { name: 'mine:auto', auto }),
  ].map((model) => [model.name, model]),
);

describe('resolveModel', () => {
  it.each([
    ['small', { name: 'small' }],
    ['small:floor', { name: 'small', sort: 'price' }],
    ['small:nitro', { name: 'small', sort: 'throughput' }],
    ['vendor/large:free', { name: 'vendor/large:free' }],
    ['vendor/large:free:nitro', { name: 'vendor/large:free', sort: 'throughput' }],
    ['odd:floor', { name: 'odd:floor' }],
    ['odd:floor:floor', { name: 'odd:floor', sort: 'price' }],
    ['auto', { name: 'auto', level: 'balanced' }],
    ['auto:cheap', { name: 'auto', level: 'cheap' }],
    ['auto:balanced', { name: 'auto', level: 'balanced' }],
    ['mine:auto:best', { name: 'mine:auto', level: 'best' }],
    ['auto:floor', { name: 'auto', sort: 'price', level: 'balanced' }],
  ])('takes %s for what it means', (name, { name: of, ...suffix }) => {
    expect(resolveModel(name, models)).toEqual({ model: models.get(of), ...suffix });
  });

  it.each([
    'large',
    'small:cheap',
    'small:',
    ':floor',
    'small:FLOOR',
    'auto:auto',
    '__proto__',
    'constructor:floor',
    '',
  ])('knows no model of the name "%s"', (name) => expect(resolveModel(name, models)).toBeUndefined());
});
