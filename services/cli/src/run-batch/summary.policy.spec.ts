import { describe, expect, it } from '@jest/globals';
import { describeSummary, hasEnded, notEnded, type Summary } from './summary.policy.js';

const cancelled: Summary = {
  id: 'batch_a',
  status: 'cancelled',
  lines: 2_000,
  completed: 30,
  failed: 10,
  input_tokens: 1,
  output_tokens: 2,
  cost_usd: '0',
  savings_usd: null,
  seconds: 10,
  held_by: null,
  output: null,
  errors: null,
  problems: [],
};

describe('the summary of a batch', () => {
  it('counts as its speed only the lines that had a turn', () => {
    expect(describeSummary(cancelled)).toContain('batch_a: cancelled in 10 s (4 lines/s)');
    expect(describeSummary({ ...cancelled, completed: 0, failed: 0 })).toContain('(0 lines/s)');
  });

  it('is of results only once the batch has ended, and says how to wait for that', () => {
    const statuses = ['validating', 'in_progress', 'finalizing', 'cancelling'] as const;
    expect(statuses.filter((status) => hasEnded({ status }))).toEqual([]);
    expect((['completed', 'failed', 'expired', 'cancelled'] as const).every((status) => hasEnded({ status }))).toBe(
      true,
    );
    expect(notEnded({ id: 'batch_a', status: 'in_progress' }).message).toBe(
      'Batch batch_a has not ended (in_progress), and has its results when it has: "switchyard batch status batch_a --follow" waits for that.',
    );
  });
});
