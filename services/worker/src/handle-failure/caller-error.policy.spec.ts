import { describe, expect, it } from '@jest/globals';
import { errorClass } from '#libs/contracts';
import { callerErrorOf } from './caller-error.policy.js';

const DETAIL = 'what the provider said';

describe('what a caller is told of a failure', () => {
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
