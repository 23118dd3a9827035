import { readFileSync, writeFileSync } from 'node:fs';
import { withQualityTable } from './quality-table.fixture.js';

const PAGE = 'docs/guards.md';

// Run from the root of the project, as the page says.
const page = readFileSync(PAGE, 'utf8');
writeFileSync(PAGE, withQualityTable(page));
process.stdout.write(`${PAGE}: written\n`);
