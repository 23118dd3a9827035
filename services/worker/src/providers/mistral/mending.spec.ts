import { describe, expect, it } from '@jest/globals';
import type { LanguageModelV4Prompt } from '@ai-sdk/provider';
import { array, assert, property, string } from 'fast-check';
import { mistralMending } from './mending.js';

function promptWith(id: string): LanguageModelV4Prompt {
  return [
    { role: 'user', content: [{ type: 'text', text: 'hello' }] },
    { role: 'assistant', content: [{ type: 'tool-call', toolCallId: id, toolName: 'get_weather', input: {} }] },
    {
      role: 'tool',
      content: [
        { type: 'tool-result', toolCallId: id, toolName: 'get_weather', output: { type: 'text', value: 'sunny' } },
      ],
    },
  ];
}

function idsOf(prompt: LanguageModelV4Prompt): string[] {
  return prompt.flatMap((message) =>
    typeof message.content === 'string'
      ? []
      : message.content.flatMap((part) => ('toolCallId' in part ? [part.toolCallId] : [])),
  );
}

const mended = (prompt: LanguageModelV4Prompt) => mistralMending.call?.({ prompt }, () => undefined).prompt ?? [];

describe('the ids of calls of tools', () => {
  it('become what Mistral takes, the same for a call and its result', () => {
    assert(
      property(string(), (id) => {
        const [call = '', result] = idsOf(mended(promptWith(id)));
        expect(call).toMatch(/^[A-Za-z0-9]{9}$/);
        expect(result).toBe(call);
      }),
    );
  });

  it('stay apart', () => {
    assert(
      property(array(string(), { maxLength: 20 }), (ids) => {
        const renamed = ids.map((id) => idsOf(mended(promptWith(id)))[0]);
        expect(new Set(renamed).size).toBe(new Set(ids).size);
      }),
    );
  });

  it('stay as they are where Mistral gave them', () => {
    expect(idsOf(mended(promptWith('a1B2c3D4e')))).toEqual(['a1B2c3D4e', 'a1B2c3D4e']);
  });
});
