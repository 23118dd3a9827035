import { describe, expect, it } from '@jest/globals';
import { classifyAnthropicError } from './anthropic-messages/classify-error.js';
import { classifyChatError } from './openai-chat/classify-error.js';

const SENTENCES = [
  'This model does not support assistant message prefill. The conversation must end with a user message.',
  'Prefilling assistant messages is not supported for this model.',
  'Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant',
  'The last message must be from the user.',
];
const body = (message: string): string =>
  JSON.stringify({ error: { type: 'invalid_request_error', message, code: null } });

describe('the refusal of a prefill', () => {
  it.each(SENTENCES)('is what another model may cure: %s', (sentence) => {
    expect(classifyChatError(400, body(sentence))).toEqual({ errorClass: 'unsupported', message: sentence });
    expect(classifyAnthropicError(400, body(sentence)).errorClass).toBe('unsupported');
  });

  it('is not seen in other mistakes, nor under other statuses', () => {
    expect(classifyChatError(400, body('messages: at least one message is required')).errorClass).toBe(
      'invalid_request',
    );
    expect(classifyChatError(500, body('The prefill worker crashed.')).errorClass).toBe('server_error');
  });
});
