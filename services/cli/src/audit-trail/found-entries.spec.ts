import { describe, expect, it } from '@jest/globals';
import type { ApiClient } from '../call-api/api-client.js';
import { entryPage, type TrailEntry } from './describe-entry.policy.js';
import { foundEntries } from './found-entries.js';

const entries: TrailEntry[] = Array.from({ length: 5 }, (_, index) => ({
  sequence: 4 - index,
  type: 'key.created',
  recordedAt: 1,
}));

/** A log of five entries, two to a page at most. */
const client = {
  json: async (_method: string, path: string) => {
    const query = new URLSearchParams(path.slice(path.indexOf('?')));
    const behind = query.has('after')
      ? entries.filter(({ sequence }) => sequence < Number(query.get('after')))
      : entries;
    const data = behind.slice(0, Math.min(2, Number(query.get('limit'))));
    const hasMore = behind.length > data.length;
    return entryPage.parse({ data, has_more: hasMore, next_after: data.at(-1)?.sequence ?? null });
  },
} as unknown as ApiClient;

async function search(limit: number, query = ''): Promise<[number[], number[]]> {
  const [found, rests]: [number[], number[]] = [[], []];
  const tellRest = (after: number): void => void rests.push(after);
  for await (const { sequence } of foundEntries(client, new URLSearchParams(query), { limit, tellRest }))
    found.push(sequence);
  return [found, rests];
}

describe('a search', () => {
  it.each<[number, string, [number[], number[]]]>([
    [20, '', [[4, 3, 2, 1, 0], []]],
    [5, '', [[4, 3, 2, 1, 0], []]],
    [3, '', [[4, 3, 2], [2]]],
    [2, 'after=2', [[1, 0], []]],
    [1, 'after=2', [[1], [1]]],
  ])('for %d entries (%s) says where the rest is, if there is one', async (limit, query, expected) => {
    expect(await search(limit, query)).toEqual(expected);
  });
});
