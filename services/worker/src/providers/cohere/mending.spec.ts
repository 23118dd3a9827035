import { describe, expect, it } from '@jest/globals';
import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { cohereMending } from './mending.js';

function warningsOf(options: LanguageModelV4CallOptions): string {
  const warnings: string[] = [];
  cohereMending.call?.(options, (message) => warnings.push(message));
  return warnings.join('\n');
}

const call = { type: 'tool-call', toolCallId: 'call_1', toolName: 'get_weather', input: {} } as const;

describe('what Cohere does not get', () => {
  it.each([
    [{ prompt: [{ role: 'assistant', content: [{ type: 'text', text: 'Let me look.' }, call] }] }, /beside tool calls/],
    [{ prompt: [{ role: 'assistant', content: [{ type: 'reasoning', text: 'Hm.' }] }] }, /Reasoning of earlier/],
    [
      { prompt: [], tools: [{ type: 'function', name: 'get_weather', inputSchema: {}, strict: true }] },
      /'strict' of tools/,
    ],
  ] as [LanguageModelV4CallOptions, RegExp][])('is told (%#)', (options, warning) => {
    expect(warningsOf(options)).toMatch(warning);
  });

  it('is nothing in a plain conversation', () => {
    expect(warningsOf({ prompt: [{ role: 'assistant', content: [{ type: 'text', text: 'Sunny.' }] }] })).toBe('');
    expect(warningsOf({ prompt: [{ role: 'assistant', content: [call] }] })).toBe('');
  });
});
