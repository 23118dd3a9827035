import type {
  EmbeddingModelV4,
  EmbeddingModelV4CallOptions,
  ImageModelV4,
  ImageModelV4CallOptions,
  RerankingModelV4,
  RerankingModelV4CallOptions,
} from '@ai-sdk/provider';
import { describe, expect, it } from '@jest/globals';
import type { Operation, UnsupportedPolicy } from '#libs/contracts';
import { assert, asyncProperty, array, boolean, integer, string } from 'fast-check';
import { dialectNamed } from '../dialects.js';
import { translateCall, type ProviderModels, type TranslatedAnswer } from './translate-call.js';

const DIALECTS: Partial<Record<Operation, string>> = {
  embeddings: 'openai-embeddings',
  rerank: 'rerank',
  image_generation: 'openai-images',
  speech: 'openai-speech',
};

const signal = new AbortController().signal;

async function translate(
  models: ProviderModels,
  operation: Operation,
  request: object,
  unsupported: UnsupportedPolicy = 'warn',
): Promise<{ json: Record<string, unknown>; answer: TranslatedAnswer; body: Buffer }> {
  const dialect = DIALECTS[operation] ?? '';
  const sent = Buffer.from(JSON.stringify({ model: 'public', ...request }));
  const facts = {
    ...dialectNamed(dialect).readFacts(sent),
    requestId: 'req_1',
    organization: 'o',
    project: 'p',
    key: 'k',
    lane: 'interactive' as const,
    receivedAt: 0,
  };
  const answer = await translateCall(models, {
    facts,
    body: sent,
    model: 'own-name',
    unsupported,
    signal,
    fetchFile: () => Promise.reject(new Error('nothing is fetched')),
  });
  const parts: Uint8Array[] = [];
  for await (const part of answer.body) parts.push(part);
  const body = Buffer.concat(parts);
  return { json: JSON.parse(body.toString()) as Record<string, unknown>, answer, body };
}

interface Embedder extends ProviderModels {
  readonly calls: EmbeddingModelV4CallOptions[];
}

/** Embeds a text as its length and the number of its call's values. */
function embedder(changes: Partial<EmbeddingModelV4> = {}): Embedder {
  const calls: EmbeddingModelV4CallOptions[] = [];
  const model = (modelId: string): EmbeddingModelV4 => ({
    specificationVersion: 'v4',
    provider: 'fake',
    modelId,
    maxEmbeddingsPerCall: 2,
    supportsParallelCalls: true,
    doEmbed: async (options) => {
      calls.push(options);
      return {
        embeddings: options.values.map(({ length }) => [length, 0.5]),
        usage: { tokens: options.values.length },
        warnings: [],
      };
    },
    ...changes,
  });
  return { calls, embeddingModel: model };
}

describe('translateCall of embeddings', () => {
  it('keeps the order of the inputs however they are split, and sums the usage', async () => {
    await assert(
      asyncProperty(
        array(string({ minLength: 1 }), { minLength: 1, maxLength: 30 }),
        integer({ min: 1, max: 5 }),
        boolean(),
        async (input, maxEmbeddingsPerCall, supportsParallelCalls) => {
          const models = embedder({ maxEmbeddingsPerCall, supportsParallelCalls });
          const { json, body } = await translate(models, 'embeddings', { input });
          const data = input.map(({ length }, index) => ({ object: 'embedding', index, embedding: [length, 0.5] }));
          const usage = { prompt_tokens: input.length, total_tokens: input.length };
          expect(json).toEqual({ object: 'list', data, model: 'own-name', usage });
          expect(models.calls.every(({ values }) => values.length <= maxEmbeddingsPerCall)).toBe(true);
          expect(dialectNamed('openai-embeddings').readAnswer(body, 'application/json')?.usage).toEqual({
            promptTokens: input.length,
            completionTokens: 0,
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('keeps for the bill what the calls used that were made when another one fails', async () => {
    for (const supportsParallelCalls of [true, false]) {
      const models = embedder({
        supportsParallelCalls,
        doEmbed: async ({ values }) => {
          if (values.includes('bad')) throw new Error('refused');
          return { embeddings: values.map(() => [1]), usage: { tokens: 10 }, warnings: [] };
        },
      });
      await expect(translate(models, 'embeddings', { input: ['a', 'b', 'c', 'bad', 'e', 'f'] })).rejects.toMatchObject({
        name: 'PartlyFailed',
        cause: { message: 'refused' },
        usage: { promptTokens: supportsParallelCalls ? 20 : 10, completionTokens: 0 },
      });
    }
  });

  it.each([0, 1, 3])(
    'takes %i embeddings for two inputs for no answer, which is paid for nevertheless',
    async (count) => {
      const embeddings = Array.from({ length: count }, () => [1]);
      const models = embedder({ doEmbed: async () => ({ embeddings, usage: { tokens: 10 }, warnings: [] }) });
      const answer = translate(models, 'embeddings', { input: ['a', 'b'] });
      await expect(answer).rejects.toMatchObject({
        cause: { name: 'DialectStreamError', errorClass: 'bad_answer' },
        usage: { promptTokens: 10, completionTokens: 0 },
      });
    },
  );

  it('gives base64 of 32-bit floats where it is asked for', async () => {
    const { json } = await translate(embedder(), 'embeddings', { input: 'abc', encoding_format: 'base64' });
    const [{ embedding }] = json.data as [{ embedding: string }];
    const bytes = Buffer.from(embedding, 'base64');
    expect([bytes.readFloatLE(0), bytes.readFloatLE(4)]).toEqual([3, 0.5]);
  });

  it('carries the dimensions, and says so where they were not honoured', async () => {
    const models = embedder();
    const { answer } = await translate(models, 'embeddings', { input: 'a', dimensions: 256, user: 'u' });
    expect(models.calls[0]).toMatchObject({
      dimensions: 256,
      providerOptions: { cohere: { outputDimension: 256 }, amazonBedrock: { dimensions: 256 } },
    });
    expect(answer.warnings).toEqual([expect.stringContaining("'user'"), expect.stringContaining("'dimensions'")]);
    await expect(translate(models, 'embeddings', { input: 'a', dimensions: 3 }, 'reject')).rejects.toThrow(
      "'dimensions'",
    );
  });

  it('refuses tokens, and providers without such a model', async () => {
    await expect(translate(embedder(), 'embeddings', { input: [1, 2] })).rejects.toMatchObject({
      status: 400,
      param: 'input',
    });
    await expect(translate({}, 'embeddings', { input: 'a' })).rejects.toThrow('cannot serve embeddings');
    await expect(translate(embedder(), 'speech', { input: 'a' })).rejects.toThrow('cannot serve speech');
  });

  it('claims no usage where a call told none', async () => {
    const models = embedder({ doEmbed: async ({ values }) => ({ embeddings: values.map(() => [1]), warnings: [] }) });
    expect((await translate(models, 'embeddings', { input: 'a' })).json).not.toHaveProperty('usage');
  });
});

describe('translateCall of a ranking', () => {
  const ranked: RerankingModelV4CallOptions[] = [];
  const rerankingModel = (modelId: string): RerankingModelV4 => ({
    specificationVersion: 'v4',
    provider: 'cohere.reranking',
    modelId,
    doRerank: async (options) => {
      ranked.push(options);
      const meta = { billed_units: { search_units: 1 } };
      return { ranking: [{ index: 1, relevanceScore: 0.9 }], response: { id: 'r-1', body: { meta } } };
    },
  });

  it('carries query, documents and limits, and gives the ranking in Cohere’s form', async () => {
    const request = { query: 'q', documents: ['a', { title: 'b' }], top_n: 1, max_tokens_per_doc: 9 };
    const { json, answer } = await translate({ rerankingModel }, 'rerank', { ...request, return_documents: true });
    expect(ranked.at(-1)).toMatchObject({
      query: 'q',
      documents: { type: 'object', values: [{ text: 'a' }, { title: 'b' }] },
      topN: 1,
      providerOptions: { cohere: { maxTokensPerDoc: 9 } },
    });
    expect(json).toEqual({
      id: 'r-1',
      results: [{ index: 1, relevance_score: 0.9, document: { title: 'b' } }],
      meta: { billed_units: { search_units: 1 } },
    });
    expect(answer.warnings).toEqual([]);
  });

  it('says what it cannot carry', async () => {
    const request = { query: 'q', documents: ['a', 'b'], rank_fields: ['x'] };
    expect((await translate({ rerankingModel }, 'rerank', request)).answer.warnings).toEqual([
      expect.stringContaining("'rank_fields'"),
    ]);
    expect(ranked.at(-1)?.documents).toEqual({ type: 'text', values: ['a', 'b'] });
    await expect(translate({ rerankingModel }, 'rerank', request, 'reject')).rejects.toThrow("'rank_fields'");
  });
});

describe('translateCall of images', () => {
  const drawn: ImageModelV4CallOptions[] = [];
  const imageModel = (modelId: string): ImageModelV4 => ({
    specificationVersion: 'v4',
    provider: 'fake',
    modelId,
    maxImagesPerCall: 2,
    doGenerate: async (options) => {
      drawn.push(options);
      return {
        images: Array.from({ length: options.n }, () => new Uint8Array([1, 2])),
        warnings: [],
        response: { timestamp: new Date(5_000), modelId, headers: undefined },
        usage: { inputTokens: 3, outputTokens: options.n, totalTokens: undefined },
      };
    },
  });

  it('makes as many calls as the number of images takes', async () => {
    const { json, answer } = await translate({ imageModel }, 'image_generation', {
      prompt: 'a cat',
      n: 3,
      size: '512x256',
      response_format: 'b64_json',
    });
    expect(drawn.map(({ n, size }) => [n, size])).toEqual([
      [2, '512x256'],
      [1, '512x256'],
    ]);
    expect(json).toEqual({
      created: 5,
      data: Array.from({ length: 3 }, () => ({ b64_json: 'AQI=' })),
      usage: { input_tokens: 6, output_tokens: 3, total_tokens: 9 },
    });
    expect(answer.warnings).toEqual([]);
  });

  it('says that it gives no addresses and knows no other sizes', async () => {
    const request = { prompt: 'a cat', size: 'huge', response_format: 'url', quality: 'high' };
    const { answer } = await translate({ imageModel }, 'image_generation', request);
    expect(answer.warnings).toEqual([
      expect.stringContaining("'quality'"),
      expect.stringContaining("'response_format'"),
      expect.stringContaining("'size'"),
    ]);
  });
});
