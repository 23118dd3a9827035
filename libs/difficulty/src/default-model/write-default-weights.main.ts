import { readFileSync, writeFileSync } from 'node:fs';

import { trainDifficulty } from '../training/train-difficulty.js';
import { readRoutingRows } from './routing-rows.js';

/**
 * Trains the default model from a file of labelled prompts and writes its weights, as text, to a module:
 * `node dist/libs/difficulty/src/default-model/write-default-weights.main.js <rows.jsonl> <default-weights.ts>`.
 */
const [rowsFile, weightsFile] = process.argv.slice(2);
if (rowsFile === undefined || weightsFile === undefined) {
  console.error('Name the file of labelled prompts (JSON lines) and the module to write.');
  process.exit(2);
}
const rows = readRoutingRows(readFileSync(rowsFile, 'utf8'));
const model = trainDifficulty(rows, {
  onProgress: (done) => console.error(`${Math.round(100 * done)} % of ${rows.length} rows`),
});
const weights = Buffer.from(model.toBytes()).toString('base64');
writeFileSync(
  weightsFile,
  [
    '/** The default model as base64, written by write-default-weights.main.ts: numbers of hashed words only, no text. */',
    `export const DEFAULT_WEIGHTS =\n  '${weights}';\n`,
  ].join('\n'),
);
console.log(JSON.stringify(model.facts, undefined, 2));
