import { describe, expect, it } from '@jest/globals';
import { requestEndedSchema } from '#libs/contracts';
import type { Batch } from '../keep-batch/batch.js';
import { lineEnded } from '../line.fixture.js';
import { isUnfinishedLine, unfinishedLineEvent, unfinishedReason } from './unfinished-line.policy.js';

const batch = {
  id: 'batch_0123456789',
  organization: 'demo',
  project: 'default',
  key: 'ci',
  createdAt: new Date(1_000),
} as Batch;
const facts = { dialect: 'openai-chat', operation: 'chat', model: 'gpt-small', endUser: 'ann' } as const;
const event = (outcome: 'cancelled' | 'expired') =>
  unfinishedLineEvent(batch, { line: 4, customId: 'four', facts }, { outcome, at: new Date(2_000) });

describe('unfinishedLineEvent', () => {
  it.each([
    ['cancelled', 'batch_cancelled', 499],
    ['expired', 'batch_expired', 408],
  ] as const)(
    'says of a line that never ran that it was %s, without an attempt, a cost or an answer',
    (outcome, code, status) => {
      expect(requestEndedSchema.parse(event(outcome))).toEqual({
        ...event(outcome),
        requestId: 'req_0123456789_4',
        lane: 'durable',
        endUser: 'ann',
        receivedAt: 1_000,
        endedAt: 2_000,
        attempts: [],
        error: { class: outcome, code, status, message: unfinishedReason(code)?.message },
        job: { batchId: 'batch_0123456789', line: 4, customId: 'four' },
      });
    },
  );

  it('is known again, and what a worker ended is not taken for it', () => {
    const error = { class: 'cancelled', code: 'cancelled', status: 499, message: 'left' } as const;

    expect(isUnfinishedLine(event('cancelled'))).toBe(true);
    expect(isUnfinishedLine(event('expired'))).toBe(true);
    expect(isUnfinishedLine(lineEnded(batch.id, 1))).toBe(false);
    expect(isUnfinishedLine(lineEnded(batch.id, 1, { outcome: 'cancelled', error }))).toBe(false);
    const sameWord = { class: 'invalid_request', code: 'batch_expired', status: 400, message: 'no' } as const;
    expect(isUnfinishedLine(lineEnded(batch.id, 1, { outcome: 'failed', error: sameWord }))).toBe(false);
  });
});
