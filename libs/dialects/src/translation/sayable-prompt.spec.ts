import type { LanguageModelV4Message, LanguageModelV4Prompt } from '@ai-sdk/provider';
import { describe, expect, it } from '@jest/globals';
import { sayablePrompt } from './sayable-prompt.js';

const user = (...texts: string[]): LanguageModelV4Message => ({
  role: 'user',
  content: texts.map((text) => ({ type: 'text', text })),
});
const system = (content: string): LanguageModelV4Message => ({ role: 'system', content });
const model: LanguageModelV4Message = { role: 'assistant', content: [{ type: 'text', text: 'Yes.' }] };
const modelSaying = (text: string, more: object = {}): LanguageModelV4Message => ({
  role: 'assistant',
  content: [{ type: 'text', text, ...more }],
});
const call = { type: 'tool-call' as const, toolCallId: 'call_1', toolName: 'f', input: {} };
const picture: LanguageModelV4Message = {
  role: 'user',
  content: [{ type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'AA==' } }],
};

const sent = (prompt: LanguageModelV4Prompt, provider = 'anthropic.messages') => sayablePrompt(prompt, provider).prompt;

describe('a prompt that a provider can answer to', () => {
  it.each<[what: string, before: LanguageModelV4Prompt, after: LanguageModelV4Prompt]>([
    ['an empty system message', [system(''), user('hi')], [user('hi')]],
    ['an empty text beside another', [user('', 'hi')], [user('hi')]],
    ['an empty message between others', [user('a'), model, user(''), user('b')], [user('a'), model, user('b')]],
    ['a message without parts', [user(), user('b')], [user('b')]],
    ['an empty message of the model', [user('a'), modelSaying(''), user('b')], [user('a'), user('b')]],
  ])('is without %s', (_what, before, after) => {
    expect(sayablePrompt(before, 'google.generative-ai')).toEqual({ prompt: after, warnings: [] });
  });

  it('keeps what says something, pictures too', () => {
    const prompt = [system('Be brief.'), user('a'), model, picture];
    expect(sent(prompt)).toEqual(prompt);
  });

  it('is without texts of white space where these are refused, and has them elsewhere', () => {
    const prompt = [system(' \n'), user('\t', 'a')];
    expect(sent(prompt, 'amazon-bedrock')).toEqual([user('a')]);
    expect(sent(prompt, 'mistral.chat')).toEqual(prompt);
  });

  it('is without the empty lines that a model put before a call', () => {
    const called: LanguageModelV4Message = { role: 'assistant', content: [{ type: 'text', text: '\n\n' }, call] };
    expect(sent([user('a'), called])).toEqual([user('a'), { role: 'assistant', content: [call] }]);
  });

  it('keeps a mark of the provider that stands on an empty text', () => {
    const prompt = [user('a'), modelSaying('', { providerOptions: { google: { thoughtSignature: 's' } } })];
    expect(sent(prompt, 'google.generative-ai')).toEqual(prompt);
  });

  it('has the last of system messages alone as the words of a user, and says so', () => {
    const prompt = [system('Be brief.'), system('Say hello.')];
    expect(sayablePrompt(prompt, 'google.generative-ai')).toEqual({
      prompt: [system('Be brief.'), user('Say hello.')],
      warnings: [expect.stringContaining('system messages only')],
    });
    expect(sayablePrompt(prompt, 'openai.chat')).toEqual({ prompt, warnings: [] });
  });

  it.each([[[user('')]], [[system('')]], [[user(' ')]], [[]]])('is none where nothing is said: %j', (prompt) => {
    expect(() => sent(prompt)).toThrow(expect.objectContaining({ status: 400, code: 'empty_prompt' }));
  });
});
