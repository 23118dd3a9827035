import { describe, expect, it } from '@jest/globals';
import { assert, jsonValue, property, string } from 'fast-check';
import { embeddingsDialect } from './embeddings-dialect.js';

const facts = (value: unknown): ReturnType<typeof embeddingsDialect.readFacts> =>
  embeddingsDialect.readFacts(Buffer.from(JSON.stringify(value)));
const answer = (value: unknown): ReturnType<typeof embeddingsDialect.readAnswer> =>
  embeddingsDialect.readAnswer(Buffer.from(JSON.stringify(value)), 'application/json');

describe('embeddingsDialect', () => {
  it('reads a request and counts tokens that are tokens already', () => {
    expect(facts({ model: 'embed', input: 'twelve bytes', user: 'u' })).toMatchObject({
      dialect: 'openai-embeddings',
      operation: 'embeddings',
      model: 'embed',
      stream: false,
      estimatedPromptTokens: 4,
      endUser: 'u',
    });
    expect(facts({ model: 'embed', input: [1, 2, 3] }).estimatedPromptTokens).toBe(3);
    expect(facts({ model: 'embed', input: [[1, 2], [3]] }).estimatedPromptTokens).toBe(3);
  });

  it.each([
    [{ input: 'x' }, 'model'],
    [{ model: 'embed' }, 'input'],
    [{ model: 'embed', input: '' }, 'input'],
    [{ model: 'embed', input: [] }, 'input'],
    [{ model: 'embed', input: ['x', 1] }, 'input[1]'],
    [{ model: 'embed', input: [-1] }, 'input[0]'],
    [{ model: 'embed', input: 'x', dimensions: 0 }, 'dimensions'],
    [{ model: 'embed', input: 'x', encoding_format: 'binary' }, 'encoding_format'],
    [{ model: 'embed', input: 'x', stream: true }, 'stream'],
  ])('refuses %j and names the field', (value, param) => {
    expect(() => facts(value)).toThrow(expect.objectContaining({ status: 400, param }));
  });

  it('replaces the name of the model and leaves every other byte', () => {
    assert(
      property(jsonValue(), string({ unit: 'binary' }), (extra, model) => {
        const request = { extra, model: 'embed', input: ['ä', 'b'], last: [extra] };
        const body = Buffer.from(JSON.stringify(request, undefined, 1));
        const sent = embeddingsDialect.providerBody(body, embeddingsDialect.readFacts(body), model);
        const quoted = JSON.stringify(model);
        expect(Buffer.from(sent).toString()).toBe(
          body.toString().replace('"model": "embed"', () => `"model": ${quoted}`),
        );
      }),
    );
  });

  it('reads the usage of an answer, whatever form its vectors have', () => {
    const data = [{ object: 'embedding', index: 0, embedding: [0.6, 0.8] }];
    expect(answer({ object: 'list', data, usage: { prompt_tokens: 7, total_tokens: 7 } })).toEqual({
      usage: { promptTokens: 7, completionTokens: 0 },
      characters: 0,
    });
    expect(answer({ data: [{ embedding: 'AAAA' }], usage: { prompt_tokens: -7 } })).toEqual({ characters: 0 });
  });

  it.each([[{ data: [] }], [{ data: [{ embedding: 5 }] }], [{ error: { message: 'no' } }], [[]]])(
    'finds no answer in %j',
    (value) => {
      expect(answer(value)).toBeUndefined();
    },
  );
});
