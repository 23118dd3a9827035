import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { stringify } from 'yaml';

import { compileConfiguration, type CompilationResult } from './compile-configuration.js';

const slug = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,20}$/);
const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((text) => /^[^\p{Cc}\p{Cs}]{1,200}$/u.test(text));
const plainName = name.filter((text) => !text.includes('${'));
const secret = fc.stringMatching(/^[A-Za-z0-9_.#:'"-]{8,60}$/);
const price = fc.record(
  {
    inputPerMillion: fc.integer({ min: 0, max: 1_000_000_000 }).map((microUsd) => (microUsd / 1e6).toFixed(6)),
    outputPerMillion: fc.nat({ max: 1_000 }).map(String),
    cachedInputPerMillion: fc.constantFrom('0', '0.000000001', '0.5'),
  },
  { requiredKeys: ['inputPerMillion', 'outputPerMillion'] },
);
const wait = fc.integer({ min: 1, max: 3_600_000 });

/** Good configurations of every shape: two providers, models that use them, organisations with keys. */
const goodFile = fc.record({
  version: fc.constant(1),
  providers: fc.record({
    main: fc.record(
      { kind: fc.constant('openai'), baseUrl: fc.webUrl(), apiKey: secret },
      { requiredKeys: ['kind', 'baseUrl'] },
    ),
    toy: fc.record({ kind: fc.constant('sim'), latencyMs: fc.nat({ max: 600_000 }) }, { requiredKeys: ['kind'] }),
  }),
  models: fc.uniqueArray(
    fc.record({
      name: plainName,
      strategy: fc.constantFrom('priority', 'weighted'),
      timeouts: fc.record(
        { keepAliveMs: wait, firstByteMs: wait, plainMs: wait, idleMs: wait, totalMs: wait },
        { requiredKeys: [] },
      ),
      targets: fc.uniqueArray(
        fc.record({
          provider: fc.constantFrom('main', 'toy'),
          model: plainName,
          weight: fc.integer({ min: 1, max: 1_000 }),
          priority: fc.nat({ max: 9 }),
          price,
        }),
        { minLength: 1, maxLength: 4, selector: ({ provider, model }) => `${provider} ${model}` },
      ),
    }),
    { minLength: 1, maxLength: 4, selector: ({ name: model }) => model },
  ),
  organizations: fc
    .uniqueArray(fc.record({ name: slug, key: secret }), {
      maxLength: 4,
      selector: ({ name: organization }) => organization,
    })
    .map((all) =>
      all.map(({ name: organization, key }, index) => ({
        name: organization,
        projects: [{ name: 'default', keys: [{ name: 'ci', key: `${index}${key}` }] }],
      })),
    ),
});

function compile(text: string): CompilationResult {
  return compileConfiguration({
    text,
    path: 'switchyard.yaml',
    folder: '/',
    environment: {},
    readFile: () => '',
    isFile: () => true,
  });
}

describe('a configuration printed again', () => {
  it('compiles to the same, in block style, in flow style and as JSON', () => {
    fc.assert(
      fc.property(goodFile, (file) => {
        const inBlocks = compile(stringify(file));
        if (!inBlocks.isValid) throw new Error(JSON.stringify(inBlocks.problems));
        const others = [stringify(file, { collectionStyle: 'flow' }), JSON.stringify(file)].map(compile);
        for (const other of others)
          expect(other).toMatchObject({ isValid: true, configuration: inBlocks.configuration });
        expect(inBlocks.configuration.models).toHaveLength(file.models.length);
      }),
      { numRuns: 60 },
    );
  });

  it('compiles from what is kept for the record once the secrets are put back', () => {
    fc.assert(
      fc.property(goodFile, (file) => {
        const result = compile(stringify(file));
        if (!result.isValid) throw new Error(JSON.stringify(result.problems));
        const secrets = [
          ...('apiKey' in file.providers.main ? [String(file.providers.main.apiKey)] : []),
          ...file.organizations.map(({ projects }) => projects[0]?.keys[0]?.key ?? ''),
        ];
        const restored = result.redactedText.replaceAll(/['"]?\[redacted\]['"]?/g, () =>
          JSON.stringify(secrets.shift()),
        );

        expect(compile(restored)).toMatchObject({ isValid: true, configuration: result.configuration });
      }),
      { numRuns: 60 },
    );
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.string({ maxLength: 400 }), (binary, text) => {
        for (const content of [binary, text, `version: 1\n${text}`])
          expect(typeof compile(content).isValid).toBe('boolean');
      }),
    );
  });
});
