import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { withQualityTable } from './quality-table.fixture.js';

describe('the page on guards', () => {
  // Stale? npm run build && node dist/libs/guards/src/quality/write-quality-table.main.js
  it('has the figures of the detectors as they are', () => {
    const page = readFileSync(join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'guards.md'), 'utf8');

    expect(page).toBe(withQualityTable(page));
  });
});
