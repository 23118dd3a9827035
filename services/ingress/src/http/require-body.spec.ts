import { describe, expect, it } from '@jest/globals';
import { callerErrorOf } from './http-error.filter.js';
import { dialectOfPath } from './dialect-of-path.js';
import { readJson } from './read-json.js';
import { requireBody } from './require-body.js';
import { z } from 'zod';

function refusalOf(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return error;
  }
}

describe('requireBody', () => {
  it('gives the bytes of a body', () => {
    const body = Buffer.from('{}');
    expect(requireBody(body)).toBe(body);
  });

  it.each([
    ['that is not there', undefined],
    ['of no bytes', Buffer.alloc(0)],
    ['of blanks', Buffer.from(' \r\n\t')],
  ])('refuses a body %s with the remedy, in the form of each dialect', (_what, body) => {
    const refusal = refusalOf(() => requireBody(body));
    for (const [url, form] of [
      ['/v1/chat/completions', { error: { type: 'invalid_request_error', code: 'missing_body' } }],
      ['/v1/messages', { type: 'error', error: { type: 'invalid_request_error' } }],
    ] as const) {
      const told = callerErrorOf(refusal, { method: 'POST', url });
      expect(told.status).toBe(400);
      const answer: unknown = JSON.parse(dialectOfPath({ url, headers: {} }).encodeError(told));
      expect(answer).toMatchObject(form);
      expect(answer).toHaveProperty('error.message', expect.stringMatching(/no body; send .*\.$/));
    }
  });

  it('is asked of addresses besides models, too', () => {
    expect(() => readJson(Buffer.alloc(0), z.object({}))).toThrow(expect.objectContaining({ code: 'missing_body' }));
  });
});
