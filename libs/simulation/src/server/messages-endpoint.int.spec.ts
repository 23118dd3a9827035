import Anthropic, { AuthenticationError, BadRequestError, NotFoundError } from '@anthropic-ai/sdk';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { startSimProvider, type SimProvider } from './start-sim-provider.js';

const KEY = 'sim-messages-key';
const ASKED = {
  model: 'sim-small',
  max_tokens: 100,
  system: 'Be brief.',
  messages: [{ role: 'user' as const, content: 'Which signal is green?' }],
};

let provider: SimProvider;

beforeEach(async () => {
  provider = await startSimProvider({ key: KEY, outputTokens: 40 });
});
afterEach(() => provider.close());

const client = (apiKey = KEY): Anthropic => new Anthropic({ apiKey, baseURL: provider.url, maxRetries: 0 });

describe('the messages endpoint of the sim provider', () => {
  it("answers Anthropic's client, plain and as a stream, with the same message", async () => {
    const plain = await client().messages.create(ASKED);
    const streamed = await client().messages.stream(ASKED).finalMessage();
    expect(plain).toMatchObject({ stop_reason: 'end_turn', usage: { output_tokens: 40 } });
    expect(plain.usage.input_tokens).toBeGreaterThan(3);
    expect({ ...streamed, parsed_output: undefined }).toEqual({ ...plain, parsed_output: undefined });
    expect(provider.counters()).toMatchObject({ answered: 2, completionTokens: 80 });
  });

  it('counts the tokens that a message reports, at no cost', async () => {
    const { max_tokens: _left, ...counted } = ASKED;
    const { input_tokens: tokens } = await client().messages.countTokens(counted);
    expect(tokens).toBe((await client().messages.create(ASKED)).usage.input_tokens);
    expect(provider.calls()[0]).toMatchObject({ outcome: 'answered', promptTokens: 0, completionTokens: 0 });
    await expect(client().messages.countTokens({ ...counted, model: 'claude' })).rejects.toBeInstanceOf(NotFoundError);
  });

  it('says what the chat endpoint says to the same prompt', async () => {
    const openai = new OpenAI({ apiKey: KEY, baseURL: provider.baseUrl, maxRetries: 0 });
    const { system, messages, model } = ASKED;
    const chat = await openai.chat.completions.create({
      model,
      messages: [{ role: 'system', content: system }, ...messages],
    });
    const message = await client().messages.create(ASKED);
    expect(message.content).toEqual([{ type: 'text', text: chat.choices[0]?.message.content }]);
  });

  it('takes an empty system text for none', async () => {
    const { system: _left, ...bare } = ASKED;
    const message = await client().messages.create({ ...ASKED, system: [] });
    expect(message.content).toEqual((await client().messages.create(bare)).content);
  });

  it('stops at max_tokens and says so', async () => {
    const message = await client().messages.create({ ...ASKED, max_tokens: 5 });
    expect(message).toMatchObject({ stop_reason: 'max_tokens', usage: { output_tokens: 5 } });
  });

  it('refuses foreign keys, unknown models and bodies without max_tokens as that API does', async () => {
    await expect(client('another').messages.create(ASKED)).rejects.toBeInstanceOf(AuthenticationError);
    await expect(client().messages.create({ ...ASKED, model: 'claude' })).rejects.toBeInstanceOf(NotFoundError);
    const { max_tokens: _left, ...without } = ASKED;
    await expect(client().messages.create(without as typeof ASKED)).rejects.toBeInstanceOf(BadRequestError);
  });
});
