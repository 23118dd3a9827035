import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { SIM_MODELS, type SimModel } from './sim-models.js';

const documentation = readFileSync(new URL('../../../../docs/sim-provider.md', import.meta.url), 'utf8');

function rowOf({ name, parameter, summary }: SimModel): string {
  const number = parameter === undefined ? '' : `, \`${name}-<${parameter.name}>\` (default ${parameter.fallback})`;
  return `| \`${name}\`${number} | ${summary} |`;
}

describe('SIM_MODELS', () => {
  it('is the table in the documentation', () => {
    const rows = documentation.split('\n').filter((line) => line.startsWith('| `sim-'));
    expect(rows.map((row) => row.replaceAll(/ +/g, ' '))).toEqual(SIM_MODELS.map((model) => rowOf(model)));
  });

  it('has no name twice', () => {
    expect(new Set(SIM_MODELS.map((model) => model.name)).size).toBe(SIM_MODELS.length);
  });
});
