// Writes the generated tables into the documentation: npm run build && node dist/test/docs/write-generated-tables.main.js
import { readFileSync, writeFileSync } from 'node:fs';
import { generatedTables } from './generated-tables.js';
import { pagesWithTables, withTables } from './generated-sections.js';

const tables = await generatedTables();
for (const page of pagesWithTables) {
  const before = readFileSync(page, 'utf8');
  const after = withTables(before, tables);
  if (after !== before) writeFileSync(page, after);
  process.stdout.write(`${page}: ${after === before ? 'was up to date' : 'written'}\n`);
}
