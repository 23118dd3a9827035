import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CHECKER, checkFile } from './check-file.js';

describe('switchyard check', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-check-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('asks the program that control reads its file by', () => {
    expect(existsSync(new URL(CHECKER.href.replace(/\.js$/, '.ts')))).toBe(true);
  });

  it('hands on the file and how it went', async () => {
    const told = join(folder, 'told.json');
    const checker = join(folder, 'checker.mjs');
    await writeFile(
      checker,
      `import { writeFileSync } from 'node:fs';
       writeFileSync(${JSON.stringify(told)}, JSON.stringify(process.argv.slice(2)));
       process.exitCode = process.argv.length > 3 ? 1 : 0;`,
    );
    expect(await checkFile('a.yaml', false, pathToFileURL(checker))).toBe(0);
    expect(JSON.parse(await readFile(told, 'utf8'))).toEqual(['a.yaml']);
    expect(await checkFile('a.yaml', true, pathToFileURL(checker))).toBe(1);
    expect(JSON.parse(await readFile(told, 'utf8'))).toEqual(['a.yaml', '--json']);
  });
});
