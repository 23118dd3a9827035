import { describe, expect, it } from '@jest/globals';
import { mostWebSearches } from './most-web-searches.js';

describe('searches of the web that a provider may make', () => {
  it.each([
    ['none without such a tool', {}, 0],
    ['none for tools of the caller', { tools: [{ type: 'function', function: { name: 'web_search' } }] }, 0],
    ['those that Anthropic is allowed', { tools: [{ type: 'web_search_20250305', max_uses: 3 }] }, 3],
    ['ten where nobody bounds them', { tools: [{ type: 'web_search_20250305' }] }, 10],
    ['those of Responses', { tools: [{ type: 'web_search_preview' }], max_tool_calls: 2 }, 2],
    ['ten for Chat Completions that search', { web_search_options: {} }, 10],
    ['ten for a bound that is none', { tools: [{ type: 'web_search', max_uses: 'many' }] }, 10],
    ['no more than is sensible', { tools: [{ type: 'web_search', max_uses: 1e12 }] }, 1_000],
    ['none for tools that are none', { tools: [null, 'x', { type: 5 }] }, 0],
  ])('are %s', (_what, request, most) => {
    expect(mostWebSearches(request)).toBe(most);
  });
});
