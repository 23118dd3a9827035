import { describe, expect, it } from '@jest/globals';
import { dialectOfPath } from './dialect-of-path.js';

describe('dialectOfPath', () => {
  it.each([
    ['/v1/messages', 'anthropic-messages'],
    ['/v1/messages?beta=true', 'anthropic-messages'],
    ['/v1/messages/count_tokens', 'anthropic-messages'],
    ['/v1/messages-of-others', 'openai-chat'],
    ['/v1/chat/completions', 'openai-chat'],
    ['/anything', 'openai-chat'],
  ])('tells errors at %s in the dialect %s', (url, name) => {
    expect(dialectOfPath({ url, headers: {} }).name).toBe(name);
  });

  it.each([
    ['/v1/models', 'anthropic-messages'],
    ['/v1/models/none', 'anthropic-messages'],
    ['/v1/chat/completions', 'openai-chat'],
  ])("tells errors at %s to Anthropic's clients in the dialect %s", (url, name) => {
    expect(dialectOfPath({ url, headers: { 'anthropic-version': '2023-06-01' } }).name).toBe(name);
  });
});
