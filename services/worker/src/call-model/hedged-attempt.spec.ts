import { describe, expect, it } from '@jest/globals';
import type { Attempt, Target } from '#libs/contracts';
import { ProviderFailure } from '../providers/provider-failure.js';
import { hedgedAttempt, type HedgedOrder } from './hedged-attempt.js';
import { noReply } from './reply-channel.js';
import type { AttemptOrder, AttemptOutcome, TargetAttempts } from './target-attempts.js';

const target = (provider: string) => ({ provider, model: 'm' }) as Target;
const order = {
  call: { reply: noReply },
  target: target('first'),
  second: target('second'),
  afterMilliseconds: 1,
} as unknown as HedgedOrder;

/** An attempt that ends when it is ended, and not before. */
const untilEnded = ({ target: { provider }, signal }: AttemptOrder): Promise<AttemptOutcome> =>
  new Promise((resolve) => {
    signal?.addEventListener('abort', () => {
      const record = { provider, outcome: 'cancelled' } as Attempt;
      resolve({ kind: 'failed', record, failure: signal.reason as ProviderFailure, hasBegun: false });
    });
  });
const answered = ({ target: { provider } }: AttemptOrder): AttemptOutcome =>
  ({ kind: 'answered', record: { provider, outcome: 'succeeded' } }) as AttemptOutcome;
const attempts = (make: (order: AttemptOrder) => Promise<AttemptOutcome>) => ({ make }) as unknown as TargetAttempts;

describe('hedgedAttempt', () => {
  it('takes the answer of the second where that is there first, and ends the other', async () => {
    const made = attempts(async (one) => (one.role === 'hedge' ? answered(one) : untilEnded(one)));
    await expect(hedgedAttempt(made, order)).resolves.toEqual({
      outcome: { kind: 'answered', record: { provider: 'second', outcome: 'succeeded' } },
      other: { provider: 'first', outcome: 'cancelled' },
      usedSecond: true,
    });
  });

  it('calls nobody else where the first fails in time', async () => {
    const failure = new ProviderFailure('server_error', '');
    const made = attempts(async (one) => {
      if (one.role === 'hedge') throw new Error('nobody else is to be called');
      return { kind: 'failed', failure, hasBegun: false };
    });
    await expect(hedgedAttempt(made, { ...order, afterMilliseconds: 1_000 })).resolves.toEqual({
      outcome: { kind: 'failed', failure, hasBegun: false },
      usedSecond: false,
    });
  });

  it('ends both where one of them breaks down by a defect', async () => {
    let ended: unknown;
    const made = attempts(async (one) => {
      if (one.role === 'hedge') throw new Error('a defect');
      const outcome = await untilEnded(one);
      ended = outcome.kind === 'failed' ? outcome.failure.errorClass : undefined;
      return outcome;
    });
    await expect(hedgedAttempt(made, order)).rejects.toThrow('a defect');
    await Promise.resolve();
    expect(ended).toBe('cancelled');
  });
});
