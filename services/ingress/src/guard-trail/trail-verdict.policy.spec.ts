import { describe, expect, it } from '@jest/globals';
import { nextTrailState, trailVerdict, type TrailState } from './trail-verdict.policy.js';

const spool = { filled: 0.1, settledSequence: 7, hasNothingLeft: false };
const block = { behind: 'block', patienceMilliseconds: 60_000 } as const;
const keepOn = { ...block, behind: 'spool' } as const;

function after(...looks: readonly (readonly [now: number, spool: typeof spool])[]): TrailState | undefined {
  return looks.reduce<TrailState | undefined>((state, [now, each]) => nextTrailState(state, each, now), undefined);
}

describe('trailVerdict', () => {
  it('is open before anything is known', () => {
    expect(trailVerdict(undefined, block, 0)).toBe('open');
  });

  it('waits for a trail that stands still for too long, where the rule says so', () => {
    const stuck = after([0, spool], [30_000, spool], [60_000, spool]);
    expect(trailVerdict(stuck, block, 59_999)).toBe('open');
    expect(trailVerdict(stuck, block, 60_000)).toBe('behind');
    expect(trailVerdict(stuck, keepOn, 600_000)).toBe('open');
  });

  it('is open again once the trail moves or has nothing left', () => {
    const moving = after([0, spool], [60_000, spool], [61_000, { ...spool, settledSequence: 8 }]);
    expect(trailVerdict(moving, block, 62_000)).toBe('open');
    const done = after([0, spool], [60_000, spool], [61_000, { ...spool, hasNothingLeft: true }]);
    expect(trailVerdict(done, block, 600_000)).toBe('open');
  });

  it('admits nothing once the spool is nearly full, whatever the rule', () => {
    const full = after([0, { ...spool, filled: 0.95 }]);
    expect(trailVerdict(full, keepOn, 0)).toBe('full');
    expect(trailVerdict(full, block, 0)).toBe('full');
  });
});
