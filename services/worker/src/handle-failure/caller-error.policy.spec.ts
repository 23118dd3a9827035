import { describe, expect, it } from '@jest/globals';
import { errorClass } from '#libs/contracts';
import { callerErrorOf, mayNextTargetCure } from './next-step.policy.js';

const DETAIL = 'what the provider said';

describe('what follows a failed attempt', () => {
  it('goes on to the next target for what lies with the provider, and not for what lies with request or caller', () => {
    const cured = errorClass.options.filter((name) => mayNextTargetCure(name));
    expect(cured).toEqual([
      'authentication',
      'permission',
      'not_found',
      'context_too_long',
      'rate_limit',
      'quota',
      'overloaded',
      'server_error',
      'first_byte_timeout',
      'idle_timeout',
      'connection',
      'cut_stream',
      'bad_answer',
      'unsupported',
    ]);
  });

  it('has a status of an error, a code and a sentence for every class', () => {
    for (const name of errorClass.options) {
      const { status, error } = callerErrorOf(name, DETAIL);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(600);
      expect(error.class).toBe(name);
      expect(error.code).toMatch(/^[a-z_]+$/);
      expect(error.message).toMatch(/^[A-Z].{20,}/);
    }
  });

  it('quotes the provider only where the request is at fault', () => {
    const quoting = errorClass.options.filter((name) => callerErrorOf(name, DETAIL).error.message.includes(DETAIL));
    expect(quoting).toEqual(['invalid_request', 'context_too_long', 'content_filter', 'unsupported']);
    expect(callerErrorOf('invalid_request', '').error.message).toContain('it gave no reason');
  });

  it('repeats a refusal of our own with its code', () => {
    expect(callerErrorOf('invalid_request', DETAIL, { code: 'not_an_image', param: null })).toEqual({
      status: 400,
      error: { class: 'invalid_request', code: 'not_an_image', message: DETAIL },
    });
  });

  it('blames the caller for nothing that is the fault of our own credentials', () => {
    for (const name of ['authentication', 'permission', 'quota', 'not_found'] as const) {
      expect(callerErrorOf(name, DETAIL).status).toBeGreaterThanOrEqual(500);
    }
  });
});
