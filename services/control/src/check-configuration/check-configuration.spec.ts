import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { checkConfiguration } from './check-configuration.js';

const EXAMPLE = join(import.meta.dirname, '../../../../switchyard.example.yaml');

describe('checkConfiguration', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'switchyard-check-'));
    file = join(folder, 'wrong.yaml');
    writeFileSync(file, 'version: 1\nproviders: { toy: { kind: sim } }\nmodels: [ { name: m } ]\n');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('finds the example of the repository good', () => {
    const outcome = checkConfiguration([EXAMPLE], { UPSTREAM_KEY: 'sk-upstream', DEMO_KEY: 'sk-demo-key' });

    expect(outcome).toEqual({ exitCode: 0, output: expect.stringMatching(/good \(providers: 2, /), errorOutput: '' });
  });

  it('finds it good with the models that stand there as comments, too', () => {
    const [head = '', models = ''] = readFileSync(EXAMPLE, 'utf8').split(/(?=^ {2}# - name: chat$)/m);
    writeFileSync(file, `${head}${models.replaceAll(/^ {2}# /gm, '  ')}`);
    const outcome = checkConfiguration([file], { UPSTREAM_KEY: 'sk-upstream', DEMO_KEY: 'sk-demo-key' });

    expect(outcome).toEqual({ exitCode: 0, output: expect.stringMatching(/models: 4, /), errorOutput: '' });
  });

  it('prints each problem on a line of its own', () => {
    const reason = 'models[0].targets: is missing; it must be a list, unless the model has auto';

    expect(checkConfiguration([file], {})).toEqual({
      exitCode: 1,
      output: '',
      errorOutput: `${file}:3:11: ${reason}\n`,
    });
  });

  it('prints JSON for programs', () => {
    const { exitCode, output } = checkConfiguration(['--json', file], {});

    expect(exitCode).toBe(1);
    expect(JSON.parse(output)).toEqual({
      file,
      valid: false,
      problems: [
        {
          file,
          line: 3,
          column: 11,
          path: 'models[0].targets',
          reason: 'is missing; it must be a list, unless the model has auto',
        },
      ],
    });
  });

  it('reports a file that is not there as a problem', () => {
    const { exitCode, errorOutput } = checkConfiguration([join(folder, 'none.yaml')], {});

    expect(exitCode).toBe(1);
    expect(errorOutput).toContain('none.yaml:1:1: the file cannot be read: ENOENT');
  });

  it('takes SWITCHYARD_CONFIG when no file is named', () => {
    expect(checkConfiguration([], { SWITCHYARD_CONFIG: file }).errorOutput).toContain('models[0].targets');
  });
});
