import { describe, expect, it } from '@jest/globals';
import type { Facts } from '#libs/contracts';
import { lastingOf, steeringOf } from './steering.js';

const facts = { requestId: 'req_1', model: 'cheap' } as Facts;

describe('where a request is led', () => {
  it('is kept as far as money was set aside for it there', () => {
    const led = { ...facts, downgradedFrom: 'dear', withheldProviders: ['full'], exhaustedProviders: ['spent'] };
    const steering = steeringOf([undefined, led, facts])?.get('req_1');
    expect(lastingOf(steering)).toEqual({ model: 'cheap', downgradedFrom: 'dear', exhaustedProviders: ['spent'] });
  });

  it('is nothing to keep where limits and pauses alone say so', () => {
    expect(lastingOf({ withheldProviders: ['full'] })).toBeUndefined();
    expect(lastingOf(undefined)).toBeUndefined();
    expect(steeringOf([facts])).toBeUndefined();
  });
});
