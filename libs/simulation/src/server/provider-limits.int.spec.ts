import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Anthropic, { RateLimitError as AnthropicRateLimitError } from '@anthropic-ai/sdk';
import OpenAI, { RateLimitError } from 'openai';
import { startSimProvider, type SimProvider } from './start-sim-provider.js';

const MESSAGES = [{ role: 'user' as const, content: 'Which signal is green?' }];
const KEY = 'sim-test-key';

let provider: SimProvider;
let now: number;

beforeEach(async () => {
  now = Date.parse('2026-01-01T00:00:00Z');
  provider = await startSimProvider({
    key: KEY,
    outputTokens: 15,
    requestsPerMinute: 3,
    tokensPerMinute: 100,
    nowMilliseconds: () => now,
  });
});

afterEach(() => provider.close());

const client = (apiKey = KEY) => new OpenAI({ apiKey, baseURL: provider.baseUrl, maxRetries: 0 });

async function ask(model = 'sim-small') {
  const { response } = await client().chat.completions.create({ model, messages: MESSAGES }).withResponse();
  return limitHeaders(response.headers, /^x-ratelimit/);
}

function limitHeaders(headers: Headers, names: RegExp): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => names.test(name)));
}

async function refusalOf(call: Promise<unknown>): Promise<RateLimitError> {
  const error = await call.catch((caught: unknown) => caught);
  if (error instanceof RateLimitError) return error;
  throw new Error('not refused for a limit', { cause: error });
}

describe('the limits of the sim provider', () => {
  it('says with every answer what is left of both, for each model on its own', async () => {
    expect(await ask()).toEqual({
      'x-ratelimit-limit-requests': '3',
      'x-ratelimit-remaining-requests': '2',
      'x-ratelimit-reset-requests': '20s',
      'x-ratelimit-limit-tokens': '100',
      'x-ratelimit-remaining-tokens': '80',
      'x-ratelimit-reset-tokens': '12s',
    });
    now += 19_900;
    expect(await ask()).toMatchObject({
      'x-ratelimit-remaining-requests': '1',
      'x-ratelimit-reset-requests': '20.1s',
    });
    expect(await ask('sim-large')).toMatchObject({ 'x-ratelimit-remaining-requests': '2' });
  });

  it('refuses what goes beyond the requests of a minute, until there is room again', async () => {
    for (let count = 0; count < 3; count += 1) await ask();
    now += 500;
    const refusal = await refusalOf(ask());
    expect(refusal).toMatchObject({ status: 429, code: 'rate_limit_exceeded', type: 'requests' });
    expect(limitHeaders(refusal.headers, /^retry-after|requests$/)).toEqual({
      'retry-after': '20',
      'retry-after-ms': '19500',
      'x-ratelimit-limit-requests': '3',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '59.5s',
    });
    now += 19_499;
    await refusalOf(ask());
    now += 1;
    await ask();
    expect(provider.calls().filter(({ outcome }) => outcome === 'refused')).toHaveLength(2);
  });

  it('refuses what goes beyond the tokens of a minute, and for good what is larger than all of them', async () => {
    const long = client().chat.completions.create({
      model: 'sim-small',
      messages: [{ role: 'user', content: 'word '.repeat(80) }],
    });
    expect((await long).usage?.total_tokens).toBeGreaterThan(90);
    const refusal = await refusalOf(ask());
    expect(refusal.type).toBe('tokens');
    expect(Number(refusal.headers.get('retry-after'))).toBeGreaterThan(0);
    now += 60_000;
    const tooLong = await refusalOf(
      client().chat.completions.create({
        model: 'sim-small',
        messages: [{ role: 'user', content: 'word '.repeat(200) }],
      }),
    );
    expect(tooLong.headers.get('retry-after')).toBeNull();
  });

  it('does not count what it refuses for itself, and counts streams and the operations beside chat', async () => {
    await expect(client('wrong').chat.completions.create({ model: 'sim-small', messages: MESSAGES })).rejects.toThrow(
      '401',
    );
    const stream = await client().chat.completions.create({ model: 'sim-small', messages: MESSAGES, stream: true });
    for await (const chunk of stream) expect(chunk.object).toBe('chat.completion.chunk');
    const { response } = await client().embeddings.create({ model: 'sim-small', input: 'a word' }).withResponse();
    expect(response.headers.get('x-ratelimit-remaining-requests')).toBe('1');
  });

  it("speaks in Anthropic's words to those who call it so", async () => {
    const anthropic = new Anthropic({ apiKey: KEY, baseURL: provider.url, maxRetries: 0 });
    const send = () =>
      anthropic.messages.create({ model: 'sim-small', max_tokens: 15, messages: MESSAGES }).withResponse();
    const { response } = await send();
    expect(limitHeaders(response.headers, /^anthropic-ratelimit-requests/)).toEqual({
      'anthropic-ratelimit-requests-limit': '3',
      'anthropic-ratelimit-requests-remaining': '2',
      'anthropic-ratelimit-requests-reset': '2026-01-01T00:00:20.000Z',
    });
    await send();
    await send();
    await expect(send()).rejects.toThrow(AnthropicRateLimitError);
    await expect(send()).rejects.toMatchObject({ error: { error: { type: 'rate_limit_error' } } });
  });
});
