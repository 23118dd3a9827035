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

  it('says of one that its file kept from running that nobody was called, and what to do', () => {
    const problems = [{ line: 4, code: 'model_not_found', message: "The model 'chatt' does not exist." }];
    const told = describeSummary({ ...cancelled, status: 'failed', lines: 0, completed: 0, failed: 0, problems });
    expect(told.split('\n').slice(-2)).toEqual([
      "  line 4: The model 'chatt' does not exist.",
      'Nothing of it was sent to anybody. Correct what is named here, and run it again.',
    ]);
    expect(describeSummary(cancelled)).not.toContain('Nothing of it');
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
