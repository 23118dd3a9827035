import { describe, expect, it } from '@jest/globals';
import { rerankDialect } from './rerank-dialect.js';

const facts = (value: unknown): ReturnType<typeof rerankDialect.readFacts> =>
  rerankDialect.readFacts(Buffer.from(JSON.stringify(value)));
const answer = (value: unknown): ReturnType<typeof rerankDialect.readAnswer> =>
  rerankDialect.readAnswer(Buffer.from(JSON.stringify(value)), 'application/json');

describe('rerankDialect', () => {
  it('counts the query beside every document', () => {
    const request = { model: 'rank', query: 'five5x', documents: ['a', { text: 'b' }, 'c'] };
    expect(facts(request)).toMatchObject({
      operation: 'rerank',
      model: 'rank',
      estimatedPromptTokens: 12,
      units: { searches: 1 },
    });
    expect(facts({ ...request, documents: Array.from({ length: 101 }, () => 'a') }).units).toEqual({ searches: 2 });
  });

  it.each([
    [{ model: 'rank', documents: ['a'] }, 'query'],
    [{ model: 'rank', query: 'q', documents: [] }, 'documents'],
    [{ model: 'rank', query: 'q', documents: [5] }, 'documents[0]'],
    [{ model: 'rank', query: 'q', documents: ['a'], top_n: 0 }, 'top_n'],
    [{ model: 'rank', query: 'q', documents: ['a'], stream: true }, 'stream'],
  ])('refuses %j and names the field', (value, param) => {
    expect(() => facts(value)).toThrow(expect.objectContaining({ status: 400, param }));
  });

  it.each([
    [{ meta: { tokens: { input_tokens: 9 } } }, { promptTokens: 9, completionTokens: 0 }],
    [
      { meta: { billed_units: { input_tokens: 8, search_units: 1 } } },
      { promptTokens: 8, completionTokens: 0, searches: 1 },
    ],
    [{ usage: { total_tokens: 7 } }, { promptTokens: 7, completionTokens: 0 }],
    [{ meta: { billed_units: { search_units: 2 } } }, { promptTokens: 0, completionTokens: 0, searches: 2 }],
    [{ meta: {} }, undefined],
  ])('reads a ranking and the usage in %j', (changes, usage) => {
    const read = answer({ id: 'r-1', results: [{ index: 1, relevance_score: 0.5 }], ...changes });
    expect(read).toMatchObject({ upstreamId: 'r-1', characters: 0 });
    expect(read?.usage).toEqual(usage);
  });

  it('finds no ranking in anything else', () => {
    expect(answer({ results: [{ index: '1', relevance_score: 0.5 }] })).toBeUndefined();
    expect(answer({ message: 'invalid api token' })).toBeUndefined();
  });
});
