import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

const WRITTEN_ELSEWHERE = /\.(spec|fixture|contract)\.ts$|^services\/cli\/|^libs\/(simulation|testing)\//;
/** As refusals are made: `404, 'not_found'`, or `status: 404, code: 'not_found'`. */
const REFUSALS = [/\b[45]\d\d,\s*'([a-z]+(?:_[a-z]+)+)'/g, /status: [45]\d\d,\s*code: '([a-z_]+)'/g];
/** What services tell each other, and no caller hears. */
const WITHIN = new Set(['batch_api_failed', 'request_not_accepted']);

describe('the codes of errors', () => {
  it('stand each on a page', () => {
    const sources = globSync('{services,libs}/**/*.ts', { cwd: root }).filter((path) => !WRITTEN_ELSEWHERE.test(path));
    const codes = new Set(
      sources.flatMap((path) => {
        const text = read(path);
        return REFUSALS.flatMap((form) => [...text.matchAll(form)].map(([, code = '']) => code));
      }),
    );
    const pages = globSync('docs/**/*.md', { cwd: root }).map(read).join('\n');

    expect(codes.size).toBeGreaterThan(150);
    expect([...codes].filter((code) => !WITHIN.has(code) && !pages.includes(`\`${code}\``))).toEqual([]);
  });
});
