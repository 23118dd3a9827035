import { describe, expect, it } from '@jest/globals';
import { dialectNamed } from '#libs/dialects';
import { passedHeaders } from './passed-headers.js';

const messages = dialectNamed('anthropic-messages');
const passed = (headers: Record<string, string>) => passedHeaders(messages, (name) => headers[name]);

describe('headers that go on to a provider', () => {
  it('are those of the dialect, and no others', () => {
    const headers = { 'anthropic-beta': ' a-1,b-2 ', 'anthropic-version': '2023-06-01', 'x-api-key': 'k' };
    expect(passed(headers)).toEqual({
      passedHeaders: { 'anthropic-beta': 'a-1,b-2', 'anthropic-version': '2023-06-01' },
    });
    expect(passedHeaders(dialectNamed('openai-chat'), (name) => (headers as Record<string, string>)[name])).toEqual({});
  });

  it('are absent where the caller sent none', () => {
    expect(passed({ 'anthropic-beta': ' ' })).toEqual({});
  });

  it.each(['x'.repeat(501), 'caf\u00e9', 'a\tb'])('are refused where they are too long or not printable', (value) => {
    expect(() => passed({ 'anthropic-beta': value })).toThrow(
      expect.objectContaining({ status: 400, param: 'anthropic-beta' }),
    );
  });
});
