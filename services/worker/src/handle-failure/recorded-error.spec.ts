import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { errorClass } from '#libs/contracts';
import { callerErrorOf } from './caller-error.policy.js';
import { recordedError } from './recorded-error.js';

const WORDS = 'you sent "my diagnosis is …", which is too long';
const quoting = { message: WORDS, quotesProvider: true };

describe('the error of a record', () => {
  it.each(errorClass.options)('of class %s says nothing of the provider’s words but their hash and length', (name) => {
    for (const isOfJob of [false, true]) {
      const { told, ...recorded } = recordedError(quoting, callerErrorOf(name, WORDS), isOfJob);
      expect(JSON.stringify(recorded)).not.toContain('diagnosis');
      expect(recorded).toMatchObject({
        class: name,
        message: expect.stringMatching(/^[A-Z].{20,}[.]$/),
        providerMessage: { sha256: createHash('sha256').update(WORDS).digest('hex'), characters: WORDS.length },
      });
      expect(isOfJob || told === undefined).toBe(true);
    }
  });

  it('of a job has beside it what its caller is to be told, where that is more', () => {
    const told = callerErrorOf('invalid_request', WORDS);
    expect(recordedError(quoting, told, true).told).toBe(told.error.message);
    expect(recordedError(quoting, callerErrorOf('server_error', WORDS), true)).not.toHaveProperty('told');
  });

  it('keeps words of our own', () => {
    const told = callerErrorOf('invalid_request', 'no image', { code: 'not_an_image', param: 'messages' });
    expect(recordedError({ message: 'no image', quotesProvider: false }, told, true)).toEqual({
      class: 'invalid_request',
      code: 'not_an_image',
      param: 'messages',
      message: 'no image',
      status: 400,
    });
  });
});
