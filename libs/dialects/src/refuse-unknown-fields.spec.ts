import { describe, expect, it } from '@jest/globals';
import type Anthropic from '@anthropic-ai/sdk';
import type OpenAI from 'openai';
import { dialectNamed } from './dialects.js';
import { refuseUnknownFields } from './refuse-unknown-fields.js';

const refuse = (dialect: string, body: object): void =>
  refuseUnknownFields(Buffer.from(JSON.stringify(body)), dialectNamed(dialect));

/** Fields by the official packages' types: the compiler complains where one is missing or is none. */
const CHAT: (keyof OpenAI.ChatCompletionCreateParams)[] = ['model', 'messages', 'tools', 'verbosity', 'prediction'];
const RESPONSES: (keyof OpenAI.Responses.ResponseCreateParams)[] = ['model', 'input', 'reasoning', 'text', 'include'];
const MESSAGES: (keyof Anthropic.MessageCreateParams)[] = ['model', 'messages', 'max_tokens', 'thinking', 'container'];

describe('a request where unknown fields are refused', () => {
  it.each([
    ['openai-chat', [...CHAT, 'provider', 'models']],
    ['openai-responses', RESPONSES],
    ['anthropic-messages', MESSAGES],
  ])('may have the fields of %s', (dialect, names) => {
    expect(() => refuse(dialect, Object.fromEntries(names.map((name) => [name, null])))).not.toThrow();
  });

  it.each(['openai-chat', 'openai-completions', 'openai-responses', 'anthropic-messages'])(
    'may have no others in %s',
    (dialect) => {
      expect(() => refuse(dialect, { model: 'm', new_feature: 1 })).toThrow("'new_feature'");
    },
  );

  it('may have any field where the dialect does not tell them apart', () => {
    expect(() => refuse('openai-embeddings', { model: 'm', new_feature: 1 })).not.toThrow();
  });
});
