import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeDifferences } from './describe-differences.policy.js';
import { resolveReferences } from './resolve-references.js';

describe('a configuration to be applied', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'switchyard-apply-'));
    writeFileSync(join(folder, 'key'), 'sk-of-a-file: "#\n');
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const resolved = (text: string) => resolveReferences(text, join(folder, 'switchyard.yaml'));

  it('has its references followed, whatever stands in them', () => {
    expect(resolved('a: "${file:key}"\nb: "$${env:X}"\n')).toBe('a: "sk-of-a-file: \\"#"\nb: "$${env:X}"\n');
  });

  it('is not sent where a reference leads nowhere', () => {
    expect(() => resolved('a: "${file:none}"')).toThrow('There is no file none');
    expect(() => resolved('a: "${env:SWITCHYARD_NO_SUCH_VARIABLE}"')).toThrow('is not set');
  });

  it('tells what differs, a line for each document', () => {
    const one = { kind: 'project', organization: 'acme', fields: [] };
    expect(
      describeDifferences([
        { ...one, name: 'web', change: 'create' },
        { kind: 'plan', name: 'team', change: 'update', fields: ['limits', 'markup'] },
        { ...one, name: 'old', change: 'delete' },
        { ...one, name: 'same', change: 'unchanged' },
      ]),
    ).toBe('+ project web of acme\n~ plan team (limits, markup)\n- project old of acme\n(1 unchanged)');
    expect(describeDifferences([])).toBe('Nothing differs.\n(0 unchanged)');
  });
});
