import { describe, expect, it } from '@jest/globals';
import { holdWords } from './hold-words.policy.js';

describe('the words for what holds work back', () => {
  it('name the reason, what it is, and for how long where that is known', () => {
    expect(holdWords({ reason: 'pause', of: 'model gpt-small', until: null }, 100)).toBe(
      'is paused by an operator (model gpt-small)',
    );
    expect(holdWords({ reason: 'limit', of: 'requests per minute of key ci', until: 165 }, 100)).toBe(
      'waits for room in a limit (requests per minute of key ci), for 1 min 5 s more',
    );
    expect(holdWords({ reason: 'provider', of: 'provider main, model m (overloaded)', until: 99 }, 100)).toBe(
      'waits for a provider that can be called (provider main, model m (overloaded))',
    );
  });
});
