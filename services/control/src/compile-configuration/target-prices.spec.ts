import { describe, expect, it } from '@jest/globals';
import { type ModelEntry, modelEntrySchema, type TargetEntry } from '#libs/contracts';
import { priceVersionOf } from '#libs/pricing';

import { compileConfiguration } from './compile-configuration.js';

/** The first model of a file whose one target is given, on a provider of that vendor or on a server nobody knows. */
function compiled(target: string, furtherLines: readonly string[] = []): ModelEntry | string {
  const text = [
    'version: 1',
    'providers:',
    '  vendor: { kind: openai, baseUrl: "https://api.openai.com/v1", apiKey: "sk-upstream" }',
    '  global: { kind: bedrock, region: us-east-1, profilePrefix: global, apiKey: "bedrock-api-key-1" }',
    '  regional: { kind: bedrock, region: us-east-1, apiKey: "bedrock-api-key-1" }',
    '  stranger: { kind: openai, baseUrl: "http://127.0.0.1:9001/v1" }',
    ...furtherLines,
    'models:',
    `  - { name: m, unsupported: reject, unknownFields: refuse, targets: [ ${target} ] }`,
  ].join('\n');
  const result = compileConfiguration({
    text,
    path: 'switchyard.yaml',
    folder: '/',
    environment: {},
    readFile: () => '',
    isFile: () => true,
    date: '2026-11-22',
  });
  if (!result.isValid) return result.problems.map(({ reason }) => reason).join('\n');
  return modelEntrySchema.strict().parse(result.configuration.models[0]);
}

function targetOf(model: ModelEntry | string): TargetEntry | undefined {
  return typeof model === 'string' ? undefined : model.targets[0];
}

describe('the price of a target', () => {
  it('is that of the catalogue where the file has none and the model is known', () => {
    const target = targetOf(compiled('{ provider: vendor, model: gpt-4.1-mini }'));
    const amounts = {
      inputNanoUsdPerMillion: '400000000',
      cachedInputNanoUsdPerMillion: '100000000',
      outputNanoUsdPerMillion: '1600000000',
    };
    expect(target).toMatchObject({
      price: { ...amounts, version: priceVersionOf(amounts, 'vendor', 'gpt-4.1-mini') },
      priceSource: 'catalogue',
      limits: { contextWindow: 1_047_576, maxOutputTokens: 32_768 },
    });
  });

  it('is that of the way across regions where Bedrock is told one', () => {
    const input = (provider: string) =>
      targetOf(compiled(`{ provider: ${provider}, model: "anthropic.claude-sonnet-4-5-20250929-v1:0" }`))?.price
        .inputNanoUsdPerMillion;
    expect([input('global'), input('regional')]).toEqual(['3000000000', '3300000000']);
  });

  it('is that of the file where it has one, with every kind of token and tiers', () => {
    const price =
      '{ inputPerMillion: "1", cachedInputPerMillion: "0.1", cacheWriteInputPerMillion: "1.25", ' +
      'reasoningOutputPerMillion: "6", outputPerMillion: "5", audioInputPerMillion: "7", ' +
      'tiers: [ { abovePromptTokens: 200000, inputPerMillion: "2", outputPerMillion: "7.5" } ] }';
    const target = targetOf(compiled(`{ provider: vendor, model: gpt-4.1-mini, price: ${price} }`));
    const amounts = {
      inputNanoUsdPerMillion: '1000000000',
      cachedInputNanoUsdPerMillion: '100000000',
      cacheWriteInputNanoUsdPerMillion: '1250000000',
      audioInputNanoUsdPerMillion: '7000000000',
      outputNanoUsdPerMillion: '5000000000',
      reasoningOutputNanoUsdPerMillion: '6000000000',
      tiers: [
        { abovePromptTokens: 200_000, inputNanoUsdPerMillion: '2000000000', outputNanoUsdPerMillion: '7500000000' },
      ],
    };
    expect(target?.price).toEqual({ ...amounts, version: priceVersionOf(amounts, 'vendor', 'gpt-4.1-mini') });
    expect(target).not.toHaveProperty('priceSource');
  });

  it.each(['{ provider: stranger, model: gpt-4.1-mini }', '{ provider: vendor, model: gpt-99 }'])(
    'is refused where nobody knows it: %s',
    (target) => {
      expect(compiled(target)).toMatch(/^has no price, and the catalogue knows none; add price: .* unknownPrice$/);
      expect(compiled(target, ['unknownPrice: refuse'])).toMatch(/^has no price/);
    },
  );

  it('is the ceiling where nobody knows it and the file sets one', () => {
    const ceiling = ['unknownPrice: { ceiling: { inputPerMillion: "20", outputPerMillion: "100" } }'];
    expect(targetOf(compiled('{ provider: stranger, model: gpt-99 }', ceiling))).toMatchObject({
      price: { inputNanoUsdPerMillion: '20000000000', outputNanoUsdPerMillion: '100000000000' },
      priceSource: 'ceiling',
    });
    expect(targetOf(compiled('{ provider: vendor, model: gpt-4.1-mini }', ceiling))?.priceSource).toBe('catalogue');
  });
});

describe('a price that is no good', () => {
  const tier = '{ abovePromptTokens: 9, inputPerMillion: "1", outputPerMillion: "1" }';

  it.each([
    ['unknownPrice: { ceiling: { inputPerMillion: "0", outputPerMillion: "1" } }', 'must be more than zero'],
    ['unknownPrice: { ceiling: { inputPerMillion: "1" } }', 'with amounts over zero'],
    ['unknownPrice: free', 'must be refuse, or { ceiling: { inputPerMillion: "20", outputPerMillion: "100" } }'],
  ])('is refused as a ceiling: %s', (line, reason) => {
    expect(compiled('{ provider: vendor, model: gpt-4.1-mini }', [line])).toContain(reason);
  });

  it('is refused where two tiers have one threshold', () => {
    const price = `price: { inputPerMillion: "1", outputPerMillion: "1", tiers: [ ${tier}, ${tier} ] }`;
    expect(compiled(`{ provider: stranger, model: m, ${price} }`)).toBe(
      'must have one tier for each abovePromptTokens',
    );
  });
});

describe('the limits of a target', () => {
  it('are those of the catalogue but for what the file says', () => {
    const own = 'contextWindow: 8192, maxOutputTokens: 1024, inputModalities: [text], abilities: [tools]';
    const { limits } = targetOf(compiled(`{ provider: vendor, model: gpt-4.1-mini, ${own} }`)) ?? {};
    expect(limits).toEqual({
      contextWindow: 8_192,
      maxOutputTokens: 1_024,
      inputModalities: ['text'],
      outputModalities: ['text'],
      abilities: ['tools'],
    });
  });

  it('are refused where they are of no known kind', () => {
    const fields = 'abilities: [fly], inputModalities: [smell], contextWindow: 0';
    const problems = compiled(`{ provider: vendor, model: gpt-4.1-mini, ${fields} }`);
    expect(typeof problems === 'string' && problems.split('\n')).toEqual([
      expect.stringMatching(/^is not one of the choices; there are tools, /),
      expect.stringMatching(/^is not one of the choices; there are text, /),
      expect.stringMatching(/^must be more than 0/),
    ]);
  });

  it('are absent where nothing is known', () => {
    const price = 'price: { inputPerMillion: "1", outputPerMillion: "1" }';
    expect(targetOf(compiled(`{ provider: stranger, model: my-own, ${price} }`))).not.toHaveProperty('limits');
  });

  it('stand beside the policy of the model for what a target cannot do', () => {
    expect(compiled('{ provider: vendor, model: gpt-4.1-mini }')).toMatchObject({
      unsupported: 'reject',
      unknownFields: 'refuse',
    });
  });
});
