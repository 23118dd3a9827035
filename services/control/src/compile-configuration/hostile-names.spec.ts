import { describe, expect, it } from '@jest/globals';

import { sha256Hex } from '#libs/secrets';

import { compileConfiguration } from './compile-configuration.js';

/** Each would mean something else as a part of a subject of NATS, or as the name of a file. */
const HOSTILE = ['a.b', '*', '>', 'acme.>', 'a b', 'a\r\nPUB stolen 0\r\n', 'a\0b', '..', '../a', 'A', 'größe', '$JS'];
/** Names of models are the providers' own: they stand in no subject but encoded, and so may be nearly anything. */
const FREE = ['a.b', '*', '>', 'acme.>', 'a b', '../a', 'Größe', '$JS.API.>'];
const PRICE = { inputPerMillion: '1', outputPerMillion: '1' };

interface Names {
  readonly provider?: string;
  readonly organization?: string;
  readonly project?: string;
  readonly key?: string;
  readonly plan?: string;
  readonly model?: string;
}

/** A configuration with these names; JSON is YAML. */
function textWith(names: Names): string {
  const {
    provider = 'main',
    organization = 'acme',
    project = 'web',
    key = 'ci',
    plan = 'small',
    model = 'gpt',
  } = names;
  return JSON.stringify({
    version: 1,
    providers: { [provider]: { kind: 'openai', baseUrl: 'https://api.example.com/v1', apiKey: 'sk-upstream' } },
    models: [{ name: model, targets: [{ provider, model: 'm', price: PRICE }] }],
    plans: [{ name: plan }],
    organizations: [
      { name: organization, plan, projects: [{ name: project, keys: [{ name: key, key: 'sk-hostile-names-1' }] }] },
    ],
  });
}

function compiled(names: Names) {
  return compileConfiguration({
    text: textWith(names),
    path: 'switchyard.yaml',
    folder: '/etc/switchyard',
    environment: {},
    readFile: () => {
      throw new Error('ENOENT: no such file');
    },
    isFile: () => false,
    adminKeySha256: sha256Hex('sk-bootstrap-admin'),
  });
}

describe('a name that would be more than a name in a subject', () => {
  it('is missing in the configuration that the others are tried in', () => {
    expect(compiled({})).toMatchObject({ isValid: true });
  });

  it.each(['provider', 'organization', 'project', 'key', 'plan'] as const)(
    'is refused for a %s, at its place',
    (what) => {
      for (const name of HOSTILE) {
        const result = compiled({ [what]: name });
        const reasons = result.isValid ? [] : result.problems.map(({ reason }) => reason);
        expect([name, reasons]).toEqual([
          name,
          expect.arrayContaining([expect.stringMatching(/^must be 1 to 63 of a-z, 0-9, "-" and "_"/)]),
        ]);
      }
    },
  );

  it('is taken for a model, but for control characters', () => {
    for (const model of FREE) expect([model, compiled({ model }).isValid]).toEqual([model, true]);
    for (const model of ['a\r\nPUB stolen 0\r\n', 'a\0b', 'a\nb'])
      expect([model, compiled({ model }).isValid]).toEqual([model, false]);
  });
});
