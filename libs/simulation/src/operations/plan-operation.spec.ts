import { describe, expect, it } from '@jest/globals';
import { assert, integer, property, string } from 'fast-check';
import type { SimOperation } from './operation-request.js';
import { planOperation } from './plan-operation.js';

function plan(operation: SimOperation, request: object, options: object = {}) {
  const body = Buffer.from(JSON.stringify({ model: 'sim-small', ...request }));
  const planned = planOperation({ operation, body }, { createdSeconds: 7, ...options });
  if (planned.kind !== 'whole') throw new Error(`planned ${planned.kind}`);
  return planned;
}

function answer(operation: SimOperation, request: object): Record<string, unknown> {
  return JSON.parse(Buffer.from(plan(operation, request).body).toString()) as Record<string, unknown>;
}

const vector = (request: object): number[] =>
  (answer('embeddings', request).data as { embedding: number[] }[])[0]?.embedding ?? [];

describe('planOperation', () => {
  it('embeds the same text as the same vector of length 1, in as many dimensions as are asked for', () => {
    assert(
      property(string({ minLength: 1 }), integer({ min: 2, max: 300 }), (input, dimensions) => {
        const embedding = vector({ input, dimensions });
        expect(embedding).toHaveLength(dimensions);
        expect(Math.hypot(...embedding)).toBeCloseTo(1, 9);
        expect(vector({ input, dimensions })).toEqual(embedding);
        expect(vector({ input: `${input}.`, dimensions })).not.toEqual(embedding);
      }),
      { numRuns: 50 },
    );
  });

  it('embeds lists and tokens, counts them and knows base64', () => {
    expect(answer('embeddings', { input: ['one two', 'three'] })).toMatchObject({
      data: [{ index: 0 }, { index: 1 }],
      usage: { prompt_tokens: 3, total_tokens: 3 },
    });
    expect(answer('embeddings', { input: [[1, 2], [3]] })).toMatchObject({ usage: { prompt_tokens: 3 } });
    const [{ embedding }] = answer('embeddings', { input: 'x', encoding_format: 'base64' }).data as [
      { embedding: string },
    ];
    expect(Buffer.from(embedding, 'base64').readFloatLE(0)).toBeCloseTo(vector({ input: 'x' })[0] ?? NaN, 6);
  });

  it('flags nothing, and answers every text', () => {
    expect(answer('moderations', { input: ['a', 'b'] })).toMatchObject({
      results: [{ flagged: false }, { flagged: false }],
    });
    expect(answer('moderations', { input: [{ type: 'text', text: 'a' }] }).results).toHaveLength(1);
  });

  it('ranks by the words that query and document share', () => {
    const documents = ['nothing of it', 'The harbor of Ghent', { text: 'a harbor' }];
    expect(answer('rerank', { query: 'ghent harbor', documents, top_n: 2 }).results).toEqual([
      { index: 1, relevance_score: 1 },
      { index: 2, relevance_score: 0.5 },
    ]);
  });

  it('answers with a picture and a sound that say what they are', () => {
    const [{ b64_json: image }] = answer('images', { prompt: 'x', n: 2 }).data as [{ b64_json: string }];
    expect(Buffer.from(image, 'base64').toString('latin1', 1, 4)).toBe('PNG');
    const speech = plan('speech', { input: 'Hello there.' });
    expect(speech.headers['content-type']).toBe('audio/wav');
    expect(Buffer.from(speech.body).toString('latin1', 0, 4)).toBe('RIFF');
    expect(Buffer.from(speech.body).readUInt32LE(4)).toBe(speech.body.length - 8);
    expect(speech.usage).toEqual({ promptTokens: 3, completionTokens: 0 });
  });

  it.each([
    ['sim-error-500', 500],
    ['sim-rate-limited', 429],
    ['unknown', 404],
    ['sim-cut', 200],
  ])('does what the name %s says', (model, status) => {
    expect(plan('embeddings', { model, input: 'x' }).status).toBe(status);
  });

  it.each<[SimOperation, object]>([
    ['embeddings', {}],
    ['embeddings', { input: 'x', dimensions: 0 }],
    ['embeddings', { input: ['x', 1] }],
    ['moderations', { input: [] }],
    ['rerank', { documents: ['a'] }],
    ['rerank', { query: 'q', documents: ['a'], top_n: 0 }],
    ['images', { prompt: 'x', n: 11 }],
    ['speech', {}],
    ['speech', { model: 5 }],
  ])('refuses %s of %j', (operation, request) => {
    expect(plan(operation, request).status).toBe(400);
  });

  it('fails for the share of calls that it is told to', () => {
    const refused = Array.from({ length: 200 }, (_, index) =>
      plan('moderations', { input: `text ${index}` }, { failureRate: 0.5 }),
    ).filter(({ status }) => status === 503).length;
    expect(refused).toBeGreaterThan(60);
    expect(refused).toBeLessThan(140);
  });
});
