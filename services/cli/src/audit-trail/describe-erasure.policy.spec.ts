import { describe, expect, it } from '@jest/globals';

import { describeErasure } from './describe-erasure.policy.js';

const done = { pseudonym: 'sub_1', erased_at: '2026-01-31T12:00:00.000Z', keys_destroyed: 1 };
const whose = { organization: 'acme', subject: 'alice' };

describe('what is told of an erasure', () => {
  it('is how many keys were destroyed', () => {
    expect(describeErasure(done, whose)).toBe(
      'Erased at 2026-01-31T12:00:00.000Z: one key destroyed. In the trail the subject is sub_1.',
    );
    expect(describeErasure({ ...done, keys_destroyed: 3 }, whose)).toContain('3 keys destroyed');
  });

  it('is no erasure where nothing of that name was kept', () => {
    const told = describeErasure({ ...done, keys_destroyed: 0 }, whose);
    expect(told).not.toContain('Erased');
    expect(told).toContain('of the end user "alice" nothing is kept in acme, or it was erased before. Check the name');
    const unnamed = describeErasure({ ...done, keys_destroyed: 0 }, { organization: 'acme', subject: undefined });
    expect(unnamed).toContain('of requests that name no end user nothing is kept');
    expect(unnamed).not.toContain('Check the name');
  });
});
