import { describe, expect, it } from '@jest/globals';
import { modelLimitsSchema, priceSchema } from '#libs/contracts';
import { formatUsd, priceVersionOf, type TokenPrices } from '#libs/pricing';
import { describeModel } from './describe-model.js';

const DATE = '2026-11-22';
const OPENAI = { kind: 'openai', baseUrl: 'https://api.openai.com/v1', date: DATE };
const of = (kind: string, model: string, date = DATE) => describeModel({ kind, model, date });

/** The amounts as people write them, without the words that all field names share. */
function usd(prices: TokenPrices | undefined): Record<string, string> | undefined {
  if (!prices) return undefined;
  const entries = Object.entries(prices).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(
    entries.map(([field, amount]) => [field.replace('NanoUsdPerMillion', ''), formatUsd(BigInt(amount))]),
  );
}

describe('what is known of a model', () => {
  it('is its price on the list of its vendor, exactly, and its limits', () => {
    const { prices, limits } = describeModel({ ...OPENAI, model: 'gpt-4.1-mini' });
    expect(usd(prices)).toEqual({
      input: '0.4',
      cachedInput: '0.1',
      output: '1.6',
      nanoUsdPerThousandWebSearches: '10',
    });
    expect(limits).toEqual({
      contextWindow: 1_047_576,
      maxOutputTokens: 32_768,
      inputModalities: ['text', 'image', 'pdf'],
      outputModalities: ['text'],
      abilities: ['tools', 'json_schema', 'prompt_caching'],
    });
  });

  it('is what a snapshot can hold', () => {
    for (const model of ['claude-sonnet-4-5', 'claude-haiku-4-5-20251001']) {
      const { prices, limits } = of('anthropic', model);
      expect(prices).toBeDefined();
      if (prices) priceSchema.parse({ ...prices, version: priceVersionOf(prices, 'main', model) });
      modelLimitsSchema.strict().parse(limits);
    }
  });

  it.each([
    [
      'anthropic',
      'claude-haiku-4-5',
      {
        input: '1',
        cachedInput: '0.1',
        cacheWriteInput: '1.25',
        cacheWrite1hInput: '2',
        output: '5',
        nanoUsdPerThousandWebSearches: '10',
      },
    ],
    ['google', 'gemini-2.5-flash', { input: '0.3', cachedInput: '0.03', audioInput: '1', output: '2.5' }],
    ['bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', expect.objectContaining({ input: '3.3' })],
    ['azure', 'gpt-4o', expect.objectContaining({ input: '2.5', cachedInput: '1.25', output: '10' })],
    ['openai', 'text-embedding-3-small', { input: '0.02', output: '0' }],
    ['groq', 'llama-3.3-70b-versatile', { input: '0.59', output: '0.79' }],
  ])('prices a model of kind %s: %s', (kind, model, expected) => {
    expect(usd(of(kind, model).prices)).toEqual(expected);
  });

  it.each([
    ['anthropic', 'claude-sonnet-4-5', '6', '12'],
    ['vertex', 'claude-sonnet-4-5@20250929', '6', '12'],
    ['bedrock', 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0', '6.6', undefined],
    ['bedrock', 'global.anthropic.claude-haiku-4-5-20251001-v1:0', '2', undefined],
  ])('has at %s for what %s keeps in a cache for an hour twice its input', (kind, model, hour, ofLongPrompts) => {
    const { prices } = of(kind, model);
    const { tiers: [tier] = [] } = prices ?? {};
    expect(usd(prices)).toMatchObject({ cacheWrite1hInput: hour });
    expect(tier && formatUsd(BigInt(tier.cacheWrite1hInputNanoUsdPerMillion ?? 0))).toBe(ofLongPrompts);
  });

  it('has a price by other units than tokens where the vendor has one', () => {
    const nothing = { inputNanoUsdPerMillion: '0', outputNanoUsdPerMillion: '0', isWithoutTokenPrice: true };
    expect(of('openai', 'whisper-1').prices).toEqual({ ...nothing, nanoUsdPerHourOfAudio: '360000000' });
    expect(of('groq', 'whisper-large-v3').prices).toEqual({ ...nothing, nanoUsdPerHourOfAudio: '111000000' });
    expect(usd(of('perplexity', 'sonar').prices)).toEqual({ input: '1', output: '1', nanoUsdPerRequest: '0.012' });
  });

  it.each([
    ['anthropic', 'claude-haiku-4-5', '0.5'],
    ['google', 'gemini-2.5-flash', '0.5'],
    ['openai', 'whisper-1', undefined],
    ['openai', 'gpt-99-giant', undefined],
    ['bedrock', 'eu.anthropic.claude-haiku-4-5-20251001-v1:0', undefined],
    ['ollama', 'gpt-4.1-mini', undefined],
  ])('has what the batch interface of %s takes off for %s', (kind, model, discount) => {
    expect(of(kind, model).batchDiscount).toBe(discount);
  });

  it('has tiers by the length of the prompt, whole in each of them', () => {
    const { tiers } = of('google', 'gemini-2.5-pro').prices ?? {};
    expect(tiers).toEqual([
      {
        abovePromptTokens: 200_000,
        inputNanoUsdPerMillion: '2500000000',
        cachedInputNanoUsdPerMillion: '250000000',
        outputNanoUsdPerMillion: '15000000000',
      },
    ]);
  });

  it.each([
    ['2026-12-31', '0.75'],
    ['2027-01-01', '1.5'],
  ])('has on %s the price of that day', (date, input) => {
    expect(usd(of('google', 'gemini-3.8-flash', date).prices)).toMatchObject({ input });
  });

  it('has the dearest price of the day where prices change by the hour', () => {
    expect(usd(of('deepseek', 'deepseek-reasoner').prices)).toMatchObject({ input: '0.55', output: '2.19' });
  });

  it('knows the limits of a model wherever it runs, but its price only at its vendor', () => {
    const elsewhere = describeModel({ ...OPENAI, baseUrl: 'http://127.0.0.1:9001/v1', model: 'gpt-4.1-mini' });
    expect(elsewhere.prices).toBeUndefined();
    expect(elsewhere.limits.contextWindow).toBe(1_047_576);
    expect(of('bedrock', 'eu.anthropic.claude-haiku-4-5-20251001-v1:0').limits.contextWindow).toBe(200_000);
    expect(of('openrouter', 'anthropic/claude-haiku-4-5').limits.maxOutputTokens).toBe(64_000);
  });

  it.each([
    ['openai', 'gpt-99-giant'],
    ['anthropic', 'claude-sonnet-5-9'],
    ['openai', 'dall-e-3'],
    ['openai', 'gpt-4o-mini-tts'],
    ['cohere', 'rerank-v3.5'],
    ['perplexity', 'sonar-deep-research'],
    ['openrouter', 'no-such/model:free'],
    ['sim', 'sim-small'],
    ['ollama', 'gpt-4.1-mini'],
  ])('has no price for %s %s, neither zero nor a guess', (kind, model) => {
    expect(of(kind, model)).not.toHaveProperty('prices');
  });
});
