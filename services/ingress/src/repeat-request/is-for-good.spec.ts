import { describe, expect, it } from '@jest/globals';
import { MessagingError } from '#libs/messaging';
import { isForGood } from './is-for-good.js';

const LATE = new MessagingError('timeout', 'no answer in time');
const NOBODY = new MessagingError('no_responders', 'nobody answers');
const notNow = { status: 503, headers: {} };

describe('an answer under an idempotency key', () => {
  it.each([
    ['nobody knows whether a provider was called', LATE, false, true],
    ['a job may be there, and is there once however often it is asked for', LATE, true, false],
    ['nothing was done', NOBODY, false, false],
    ['nothing was done, of a job', NOBODY, true, false],
  ])('that says "not now" where %s', (_where, refusal, isLasting, expected) => {
    expect(isForGood(notNow, { refusal, isLasting })).toBe(expected);
  });
});
