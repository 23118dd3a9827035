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
      nanoUsdPerThousandWebSearches: '10000000000',
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

  it('is that of the file for what is not paid by tokens, with a price for tokens or without', () => {
    const units =
      'perRequest: "0.0001", perImage: "0.04", perMinuteOfAudio: "0.006", perMillionCharacters: "15", ' +
      'perThousandSearches: "2", perThousandWebSearches: "10"';
    const amounts = {
      nanoUsdPerRequest: '100000',
      nanoUsdPerImage: '40000000',
      nanoUsdPerHourOfAudio: '360000000',
      nanoUsdPerMillionCharacters: '15000000000',
      nanoUsdPerThousandSearches: '2000000000',
      nanoUsdPerThousandWebSearches: '10000000000',
    };
    const priceOf = (price: string) =>
      targetOf(compiled(`{ provider: vendor, model: gpt-4.1-mini, price: { ${price} } }`))?.price;
    const zeros = { inputNanoUsdPerMillion: '0', outputNanoUsdPerMillion: '0', isWithoutTokenPrice: true as const };
    expect(priceOf(units)).toEqual({
      ...zeros,
      ...amounts,
      version: priceVersionOf({ ...zeros, ...amounts }, 'vendor', 'gpt-4.1-mini'),
    });
    const both = priceOf(`inputPerMillion: "1", outputPerMillion: "2", cacheWrite1hInputPerMillion: "2", ${units}`);
    expect(both).toMatchObject({
      inputNanoUsdPerMillion: '1000000000',
      cacheWrite1hInputNanoUsdPerMillion: '2000000000',
      ...amounts,
    });
    expect(both).not.toHaveProperty('isWithoutTokenPrice');
    expect(priceOf('perHourOfAudio: "0.111"')).toMatchObject({ nanoUsdPerHourOfAudio: '111000000' });
  });

  it('has another for calls through a batch interface, with its own version, by the catalogue or the file', () => {
    const batchPriceOf = (target: string) => targetOf(compiled(target))?.batchPrice;
    const half = {
      inputNanoUsdPerMillion: '200000000',
      cachedInputNanoUsdPerMillion: '50000000',
      outputNanoUsdPerMillion: '800000000',
      nanoUsdPerThousandWebSearches: '10000000000',
    };
    expect(batchPriceOf('{ provider: vendor, model: gpt-4.1-mini }')).toEqual({
      ...half,
      version: priceVersionOf(half, 'vendor', 'gpt-4.1-mini'),
    });
    const amounts = 'inputPerMillion: "1", outputPerMillion: "2"';
    expect(batchPriceOf(`{ provider: vendor, model: m, price: { ${amounts} } }`)).toBeUndefined();
    expect(
      batchPriceOf(`{ provider: stranger, model: m, price: { ${amounts}, batchDiscount: "0.25" } }`),
    ).toMatchObject({ inputNanoUsdPerMillion: '750000000', outputNanoUsdPerMillion: '1500000000' });
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
  it.each([
    ['inputPerMillion: "1"', 'is missing; a price for tokens has inputPerMillion and outputPerMillion'],
    ['perImage: "1", cachedInputPerMillion: "1"', 'is missing; a price for tokens has inputPerMillion'],
    ['perThousandWebSearches: "10"', 'is missing; give it with outputPerMillion, or one of perRequest, perImage, '],
    ['perMinuteOfAudio: "1", perHourOfAudio: "60"', 'stands beside perMinuteOfAudio; give one of them'],
    ['perImage: "1000001"', 'must be at most 1000000 USD for one image'],
    ['inputPerMillion: "1", outputPerMillion: "2", batchDiscount: 0.5', 'must be text, in quotes, such as "0.5"'],
    ['inputPerMillion: "1", outputPerMillion: "2", batchDiscount: "1"', 'must be a share over 0 and under 1'],
    ['inputPerMillion: "1", outputPerMillion: "2", batchDiscount: "0.00"', 'must be a share over 0 and under 1'],
    ['perImage: "1", batchDiscount: "0.5"', 'is missing; a price for tokens has inputPerMillion'],
    ['images: [ { perImage: "1" } ]', 'say of which size or quality'],
    ['images: [ { size: "1024x1024", perImage: 1 } ]', 'must be text, in quotes'],
    ['images: [ { size: "1024x1024" } ]', 'is missing'],
    ['images: [ { size: "1024x1024", perImage: "1", price: "2" } ]', 'unknown field'],
    ['images: []', ''],
    ['perImage: 0.04', 'must be text, in quotes: "0.04"'],
  ])('is refused where it is not whole: %s', (price, reason) => {
    expect(compiled(`{ provider: stranger, model: m, price: { ${price} } }`)).toContain(reason);
  });

  const tokens = 'price: { inputPerMillion: "1", outputPerMillion: "2" }';
  const ceiling = ['unknownPrice: { ceiling: { inputPerMillion: "20", outputPerMillion: "100" } }'];

  it.each([
    [
      `{ provider: vendor, model: whisper-1, ${tokens} }`,
      [],
      'is sold by the length of audio, for which it has no price',
    ],
    [`{ provider: vendor, model: tts-1, ${tokens} }`, [], 'add price: { perMillionCharacters: "..." } (US dollars)'],
    ['{ provider: stranger, model: dall-e-3 }', ceiling, 'is sold by images, for which it has no price'],
    ['{ provider: vendor, model: gpt-4o-mini-tts }', [], 'is sold by the length of the audio it makes'],
  ])('is refused where the model is not sold by tokens: %s', (target, lines, reason) => {
    expect(compiled(target, lines)).toContain(reason);
  });

  it.each([
    '{ provider: vendor, model: whisper-1 }',
    '{ provider: vendor, model: dall-e-3, price: { perImage: "0.04" } }',
    '{ provider: stranger, model: whisper-1, price: { inputPerMillion: "0", outputPerMillion: "0" } }',
  ])('is not one where it has that amount, or says that all is free: %s', (target) => {
    expect(targetOf(compiled(target))?.price).toBeDefined();
  });

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

  it('has a version of its own for images of each size or quality that the file names', () => {
    const price =
      'perImage: "0.08", images: [ { size: "1024x1792", quality: "hd", perImage: "0.12" }, { quality: hd, perImage: "0.1" } ]';
    const target = targetOf(compiled(`{ provider: vendor, model: dall-e-3, price: { ${price} } }`));
    const amounts = { inputNanoUsdPerMillion: '0', outputNanoUsdPerMillion: '0', isWithoutTokenPrice: true as const };
    const versioned = (nanoUsdPerImage: string) => {
      const prices = { ...amounts, nanoUsdPerImage };
      return { version: priceVersionOf(prices, 'vendor', 'dall-e-3'), ...prices };
    };
    expect(target?.price).toEqual(versioned('80000000'));
    expect(target?.imagePrices).toEqual([
      { size: '1024x1792', quality: 'hd', price: versioned('120000000') },
      { quality: 'hd', price: versioned('100000000') },
    ]);
    const withoutOthers = targetOf(
      compiled('{ provider: vendor, model: dall-e-3, price: { images: [ { quality: hd, perImage: "0.1" } ] } }'),
    );
    expect(withoutOthers?.price).not.toHaveProperty('nanoUsdPerImage');
  });
});
