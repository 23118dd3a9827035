import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import OpenAI, { AuthenticationError, BadRequestError, NotFoundError } from 'openai';
import { startSimProvider, type SimProvider } from './start-sim-provider.js';

const KEY = 'sim-completions-key';
const ASKED = { model: 'sim-small', prompt: 'Once upon a time', max_tokens: 20 } as const;

let provider: SimProvider;

beforeEach(async () => {
  provider = await startSimProvider({ key: KEY, outputTokens: 12, nowMilliseconds: () => 1_000 });
});
afterEach(() => provider.close());

const client = (apiKey = KEY): OpenAI => new OpenAI({ apiKey, baseURL: provider.baseUrl, maxRetries: 0 });

describe('the completions endpoint of the sim provider', () => {
  it('continues a text, the same each time, plain and as a stream', async () => {
    const plain = await client().completions.create(ASKED);
    expect(plain).toMatchObject({
      object: 'text_completion',
      choices: [{ index: 0, finish_reason: 'stop', logprobs: null }],
      usage: { prompt_tokens: 4, completion_tokens: 12, total_tokens: 16 },
    });
    expect(await client().completions.create(ASKED)).toEqual(plain);
    const stream = await client().completions.create({
      ...ASKED,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks: OpenAI.Completion[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks.map(({ choices }) => choices[0]?.text ?? '').join('')).toBe(plain.choices[0]?.text);
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop');
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: plain.usage });
    expect(provider.counters()).toMatchObject({ answered: 3, completionTokens: 36 });
  });

  it('gives choices for each of many prompts, in their order', async () => {
    const one = await client().completions.create({ ...ASKED, prompt: 'One', n: 2 });
    const both = await client().completions.create({ ...ASKED, prompt: ['One', 'Two'], n: 2 });
    expect(both.choices.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(both.choices.slice(0, 2).map(({ text }) => text)).toEqual(one.choices.map(({ text }) => text));
    expect((await client().completions.create({ ...ASKED, prompt: [[1, 2], [3]] })).choices).toHaveLength(2);
    expect((await client().completions.create({ ...ASKED, prompt: [1, 2] })).choices).toHaveLength(1);
  });

  it('stops at max_tokens and says so', async () => {
    const short = await client().completions.create({ ...ASKED, max_tokens: 5 });
    expect(short).toMatchObject({ choices: [{ finish_reason: 'length' }], usage: { completion_tokens: 5 } });
  });

  it('refuses foreign keys, unknown models and bodies without a prompt', async () => {
    await expect(client('another').completions.create(ASKED)).rejects.toBeInstanceOf(AuthenticationError);
    await expect(client().completions.create({ ...ASKED, model: 'gpt' })).rejects.toBeInstanceOf(NotFoundError);
    await expect(client().completions.create({ ...ASKED, prompt: [] })).rejects.toBeInstanceOf(BadRequestError);
  });
});
