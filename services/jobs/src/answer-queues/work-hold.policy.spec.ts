import { describe, expect, it } from '@jest/globals';
import type { Pause } from '../dispatch-work/pauses.policy.js';
import { heldEstimate, holdObject, holdOf } from './work-hold.policy.js';

const PAUSE: Pause = {
  scope: 'model',
  name: 'gpt-small',
  reason: 'audit',
  pausedBy: 'admin',
  pausedAt: new Date(0),
  until: null,
};
const REST = {
  id: 'batch_1',
  reason: 'limit',
  words: 'requests per minute of project demo/default',
  until: 9_000,
} as const;
const TARGETS = { words: 'provider main, model sim-small (overloaded)', until: undefined };

describe('what holds work back', () => {
  it('is a pause before a limit, and a limit before providers that cannot be called', () => {
    expect(holdOf(PAUSE, REST, TARGETS)).toEqual({ reason: 'pause', words: 'model gpt-small', until: undefined });
    expect(holdOf(undefined, REST, TARGETS)).toEqual({ reason: 'limit', words: REST.words, until: 9_000 });
    expect(holdOf(undefined, undefined, TARGETS)).toEqual({ reason: 'provider', ...TARGETS });
    expect(holdOf(undefined, undefined, undefined)).toBeUndefined();
  });

  it('leaves no time to tell where nobody knows when providers are back, and else no earlier than that', () => {
    const estimate = { position: 2, secondsLeft: 3 };
    const down = holdOf(undefined, undefined, TARGETS);
    expect(heldEstimate(estimate, down, 1_000)).toEqual({ position: 2, secondsLeft: undefined, hold: down });
    const atItsLimit = holdOf(undefined, undefined, { ...TARGETS, until: 9_000 });
    expect(heldEstimate(estimate, atItsLimit, 1_000).secondsLeft).toBe(8);
    expect(holdObject(atItsLimit)).toEqual({ reason: 'provider', of: TARGETS.words, until: 9 });
  });
});
