import { describe, expect, it } from '@jest/globals';
import { visibleDecision } from './visible-decision.policy.js';

const dropped = { provider: 'a', outcome: 'dropped' as const, reason: 'no' };
const decision = {
  snapshotRevision: 3,
  strategy: 'priority',
  candidates: [
    { provider: 'a', model: 'planned', outcome: 'planned' as const, rank: 0, reason: 'first' },
    { ...dropped, model: 'of-others', filter: 'access' },
    { ...dropped, model: 'of-partners', filter: 'tier' },
    { ...dropped, model: 'abroad', filter: 'region' },
  ],
};

describe('a decision as a caller sees it', () => {
  it('leaves out what is kept for others, and nothing else', () => {
    const seen = visibleDecision(decision, { admin: false });
    expect(seen.candidates.map(({ model }) => model)).toEqual(['planned', 'abroad']);
    expect(seen).toMatchObject({ snapshotRevision: 3, strategy: 'priority' });
  });

  it('is whole to the admin key', () => {
    expect(visibleDecision(decision, { admin: true })).toEqual(decision);
  });
});
