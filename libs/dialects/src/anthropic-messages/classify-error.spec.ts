import { describe, expect, it } from '@jest/globals';
import { classifyAnthropicError } from './classify-error.js';
import { encodeMessagesError, encodeMessagesStreamError } from './encode-error.js';

const wire = (type: string, message = 'No.'): string => JSON.stringify({ type: 'error', error: { type, message } });

describe('classifyAnthropicError', () => {
  it.each([
    [401, wire('authentication_error'), 'authentication'],
    [402, wire('billing_error'), 'quota'],
    [403, wire('permission_error'), 'permission'],
    [404, wire('not_found_error'), 'not_found'],
    [413, wire('request_too_large'), 'context_too_long'],
    [400, wire('invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'), 'context_too_long'],
    [400, wire('invalid_request_error', 'Your credit balance is too low to access the API'), 'quota'],
    [400, wire('invalid_request_error', 'Output blocked by content filtering policy'), 'content_filter'],
    [400, wire('invalid_request_error', 'messages: at least one message is required'), 'invalid_request'],
    [429, wire('rate_limit_error'), 'rate_limit'],
    [500, wire('api_error'), 'server_error'],
    [529, wire('overloaded_error'), 'overloaded'],
    [502, '<html>', 'server_error'],
    [422, '', 'invalid_request'],
  ] as const)('takes status %d with %s for %s', (status, body, errorClass) => {
    expect(classifyAnthropicError(status, body).errorClass).toBe(errorClass);
  });

  it('passes the sentence on, cut to a bound', () => {
    expect(classifyAnthropicError(400, wire('invalid_request_error', 'x'.repeat(900))).message).toHaveLength(500);
  });
});

describe('encodeMessagesError', () => {
  it.each([
    [400, 'invalid_request_error'],
    [401, 'authentication_error'],
    [402, 'billing_error'],
    [403, 'permission_error'],
    [404, 'not_found_error'],
    [413, 'request_too_large'],
    [415, 'invalid_request_error'],
    [429, 'rate_limit_error'],
    [500, 'api_error'],
    [503, 'overloaded_error'],
  ])('gives status %d the type %s', (status, type) => {
    const error = { status, code: 'x', message: 'No.' };
    expect(JSON.parse(encodeMessagesError(error))).toEqual({ type: 'error', error: { type, message: 'No.' } });
    expect(encodeMessagesStreamError(error)).toBe(`event: error\ndata: ${encodeMessagesError(error)}\n\n`);
  });
});
