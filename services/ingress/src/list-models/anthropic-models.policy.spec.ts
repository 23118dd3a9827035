import { describe, expect, it } from '@jest/globals';
import { anthropicModel, anthropicModelPage, type AnthropicModelPage } from './anthropic-models.policy.js';

const models = ['a', 'b', 'c', 'd', 'e'].map((name) => anthropicModel(name, 0));
const ids = (query: Parameters<typeof anthropicModelPage>[1]): string =>
  pageOf(query)
    .data.map(({ id }) => id)
    .join('');
const pageOf = (query: Parameters<typeof anthropicModelPage>[1]): AnthropicModelPage => {
  const page = anthropicModelPage(models, query);
  if (typeof page === 'string') throw new Error(`no page: ${page}`);
  return page;
};

describe('anthropicModelPage', () => {
  it('gives a model its name and the time of its configuration', () => {
    expect(models[0]).toEqual({ type: 'model', id: 'a', display_name: 'a', created_at: '1970-01-01T00:00:00.000Z' });
  });

  it('goes forward page by page', () => {
    expect(anthropicModelPage(models, { limit: '2' })).toMatchObject({ has_more: true, first_id: 'a', last_id: 'b' });
    expect(ids({ limit: '2', after_id: 'b' })).toBe('cd');
    expect(anthropicModelPage(models, { limit: '2', after_id: 'd' })).toMatchObject({ has_more: false, last_id: 'e' });
  });

  it('goes backward page by page', () => {
    expect(ids({ limit: '2', before_id: 'e' })).toBe('cd');
    expect(anthropicModelPage(models, { limit: '2', before_id: 'c' })).toMatchObject({ has_more: false, last_id: 'b' });
  });

  it('takes the usual limit for one that is none, and names the field of an id that is not in the list', () => {
    expect(ids({ limit: 'many' })).toBe('abcde');
    expect(anthropicModelPage(models, { after_id: 'z' })).toBe('after_id');
    expect(anthropicModelPage(models, { before_id: '' })).toBe('before_id');
    expect(anthropicModelPage([], {})).toEqual({ data: [], has_more: false, first_id: null, last_id: null });
  });
});
