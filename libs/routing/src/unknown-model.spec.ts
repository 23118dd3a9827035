import { describe, expect, it } from '@jest/globals';
import { planRoute } from './plan-route.policy.js';
import { decidedFacts, modelWith, targetWith } from './routing.fixture.js';
import { routingTable } from './routing-table.js';

const auto = { weak: 'small', strong: 'small', levels: { cheap: 0.8, balanced: 0.5, best: 0.2 } };
const models = [modelWith([targetWith('a')]), modelWith([], { name: 'auto', auto })];

function refusalOf(model: string): unknown {
  try {
    return planRoute(decidedFacts({ model }), routingTable({ revision: 1, providers: [], models }));
  } catch (error) {
    return (error as Error).message;
  }
}

describe('a model that does not exist', () => {
  it.each([
    ['large', "The model 'large' does not exist here; GET /v1/models lists those that do."],
    ['large:best', "The model 'large:best' does not exist here; GET /v1/models lists those that do."],
    [
      'auto:bset',
      "The model 'auto:bset' does not exist here; after 'auto' may stand :cheap, :balanced, :best, :floor or :nitro.",
    ],
    ['small:x', "The model 'small:x' does not exist here; after 'small' may stand :floor or :nitro."],
    [
      'small:best',
      "The model 'small:best' does not exist here; after 'small' may stand :floor or :nitro, and :best after models with auto.",
    ],
  ])('is told with the suffixes that a known name may have: %s', (model, message) => {
    expect(refusalOf(model)).toBe(message);
  });
});
