import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { generatedTables } from './generated-tables.js';
import { pagesWithTables, tablesIn, withTables } from './generated-sections.js';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('the tables of the documentation', () => {
  // Stale? npm run build && node dist/test/docs/write-generated-tables.main.js
  it.each(pagesWithTables)('are those of the contracts in %s', async (path) => {
    const page = read(path);

    expect(page).toBe(withTables(page, await generatedTables()));
  });

  it('are each on exactly one page', async () => {
    const shown = pagesWithTables.flatMap((path) => tablesIn(read(path)));

    expect(shown.toSorted()).toEqual([...(await generatedTables()).keys()].toSorted());
  });

  it('know the stream of a subject with several varying parts', async () => {
    const row = (await generatedTables())
      .get('subjects')
      ?.split('\n')
      .find((line) => line.includes('<outcome>'));

    expect(row).toContain('| RESULTS');
  });
});

describe('the page on import rules', () => {
  it('has a sentence for each rule, and for no other', () => {
    const ruled = [...read('.dependency-cruiser.mjs').matchAll(/name: '([a-z-]+)'/g)].map(([, name = '']) => name);
    const explained = [...read('docs/architecture/4-import-rules.md').matchAll(/^- `([a-z-]+)`/gm)].map(
      ([, name = '']) => name,
    );

    expect(explained.toSorted()).toEqual(ruled.toSorted());
  });
});

describe('the page on the API', () => {
  it('names the code of every class of failure', () => {
    const policy = read('services/worker/src/handle-failure/caller-error.policy.ts');
    const table = read('docs/api.md');
    const codes = [...policy.matchAll(/\b(?:\d{3}),\s*'([a-z_]+)'/g)].map(([, code]) => code);

    expect(codes.length).toBeGreaterThan(15);
    expect(codes.filter((code) => !table.includes(`\`${code}\``))).toEqual([]);
  });
});
