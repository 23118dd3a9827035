import { describe, expect, it } from '@jest/globals';
import { encodeChatError } from './encode-error.js';

describe('errors as OpenAI has them', () => {
  it.each([
    [400, 'invalid_request_error'],
    [412, 'invalid_request_error'],
    [428, 'invalid_request_error'],
    [429, 'rate_limit_error'],
    [500, 'api_error'],
  ])('are of a type that fits status %i', (status, type) => {
    expect(JSON.parse(encodeChatError({ status, code: 'a_code', message: 'What to do.' }))).toEqual({
      error: { message: 'What to do.', type, param: null, code: 'a_code' },
    });
  });
});
