import { describe, expect, it } from '@jest/globals';

import { snapshotSchema } from '#libs/contracts';
import { parseUsdPerMillion, priceVersionOf } from '#libs/pricing';

import { compileConfiguration, type CompilationResult } from './compile-configuration.js';
import type { CompiledConfiguration } from './compiled-configuration.js';
import { DEFAULT_CONFIGURATION } from './default-configuration.js';

const ISSUE_EXAMPLE = `version: 1
providers:
  main:  { kind: openai, baseUrl: "http://127.0.0.1:9001/v1/", apiKey: "\${env:UPSTREAM_KEY}" }   # the upstream
  toy:   { kind: sim }
models:
  - name: gpt-small
    strategy: priority
    timeouts: { firstByteMs: 20000, idleMs: 30000, totalMs: 600000 }
    targets:
      - { provider: main, model: gpt-4.1-mini, weight: 1, priority: 1, price: { inputPerMillion: "0.40", outputPerMillion: "1.60" } }
      - { provider: toy,  model: sim-small, priority: 2 }
organizations:
  - name: demo
    projects:
      - name: default
        keys: [ { name: ci, key: "\${env:DEMO_KEY}" } ]
`;

function compile(text: string, environment: Record<string, string> = {}): CompilationResult {
  return compileConfiguration({
    text,
    path: 'switchyard.yaml',
    folder: '/etc/switchyard',
    environment: { UPSTREAM_KEY: 'sk-upstream', DEMO_KEY: 'sk-demo-key', ...environment },
    readFile: (path) => {
      if (path === '/etc/switchyard/secrets/key') return 'sk-from-file\n';
      throw new Error('ENOENT');
    },
    isFile: (path) => path === '/etc/switchyard/answers.jsonl',
  });
}

function configurationOf(result: CompilationResult): CompiledConfiguration {
  if (!result.isValid) throw new Error(JSON.stringify(result.problems));
  return result.configuration;
}

describe('compileConfiguration', () => {
  it('compiles the example with its references followed and its defaults filled in', () => {
    const { providers, models, keys, adminHome } = configurationOf(compile(ISSUE_EXAMPLE));

    expect(providers).toEqual([
      {
        name: 'main',
        kind: 'openai',
        options: { baseUrl: 'http://127.0.0.1:9001/v1' },
        plainCredentials: ['sk-upstream'],
      },
      { name: 'toy', kind: 'sim', options: {}, plainCredentials: [] },
    ]);
    expect(keys).toEqual([{ name: 'ci', plainKey: 'sk-demo-key', organization: 'demo', project: 'default' }]);
    expect(adminHome).toEqual({ organization: 'demo', project: 'default' });
    expect(models[0]).toMatchObject({
      strategy: 'priority',
      timeouts: { firstByteMilliseconds: 20_000, idleMilliseconds: 30_000, totalMilliseconds: 600_000 },
    });
    const amounts = {
      inputNanoUsdPerMillion: parseUsdPerMillion('0.40').toString(),
      outputNanoUsdPerMillion: parseUsdPerMillion('1.60').toString(),
    };
    expect(models[0]?.targets).toEqual([
      {
        provider: 'main',
        model: 'gpt-4.1-mini',
        priority: 1,
        weight: 1,
        price: { version: priceVersionOf(amounts, 'main', 'gpt-4.1-mini'), ...amounts },
        limits: expect.objectContaining({ contextWindow: 1_047_576 }),
      },
      {
        provider: 'toy',
        model: 'sim-small',
        priority: 2,
        weight: 1,
        price: expect.objectContaining({ inputNanoUsdPerMillion: '0', outputNanoUsdPerMillion: '0' }),
      },
    ]);
  });

  it.each([
    ['nothing', '', { firstByteMilliseconds: 20_000, plainMilliseconds: 120_000 }],
    ['other waits', 'timeouts: { idleMs: 5 }', { firstByteMilliseconds: 20_000, plainMilliseconds: 120_000 }],
    ['both', 'timeouts: { firstByteMs: 5, plainMs: 6 }', { firstByteMilliseconds: 5, plainMilliseconds: 6 }],
  ])(
    'waits for the first byte of plain answers longer than of streams where the file says %s',
    (_what, line, expected) => {
      const text = ISSUE_EXAMPLE.replace(/timeouts:.*/, line);
      expect(configurationOf(compile(text)).models[0]?.timeouts).toMatchObject(expected);
    },
  );

  it('compiles the built-in configuration to what a snapshot holds', () => {
    const { providers, models } = configurationOf(compile(DEFAULT_CONFIGURATION));

    expect(models.map(({ name }) => name)).toEqual(['sim-small', 'sim-large']);
    expect(
      snapshotSchema.safeParse({
        version: 1,
        revision: 1,
        createdAt: 0,
        providers: providers.map(({ name, kind, options }) => ({ name, kind, options })),
        models,
        keys: [],
      }).success,
    ).toBe(true);
  });

  it('gives targets without a priority the order of the list', () => {
    const text = DEFAULT_CONFIGURATION.replace(
      '    targets:\n',
      '    targets:\n      - { provider: toy, model: sim-first }\n',
    );

    expect(configurationOf(compile(text)).models[0]?.targets.map(({ priority }) => priority)).toEqual([1, 2]);
  });

  it('puts the bootstrap key into "default" where there are no organizations', () => {
    const text = DEFAULT_CONFIGURATION.replace(/organizations:[^]*/, '');

    expect(configurationOf(compile(text)).adminHome).toEqual({ organization: 'default', project: 'default' });
  });

  it('translates the options of the sim provider and places its recordings', () => {
    const text = DEFAULT_CONFIGURATION.replace(
      '{ kind: sim }',
      '{ kind: sim, latencyMs: 20, tokensPerSecond: 50, failureRate: 0.1, recordings: { path: answers.jsonl, field: gpt_4 } }',
    );

    expect(configurationOf(compile(text)).providers[0]?.options).toEqual({
      latencyMilliseconds: 20,
      tokensPerSecond: 50,
      failureRate: 0.1,
      recordings: { path: '/etc/switchyard/answers.jsonl', field: 'gpt_4' },
    });
  });

  it('follows references to files, within text and past an escape', () => {
    const text = ISSUE_EXAMPLE.replace('${env:UPSTREAM_KEY}', () => 'pre-${file:secrets/key}-$${env:X}');
    const result = compile(text);

    expect(configurationOf(result).providers[0]?.plainCredentials).toEqual(['pre-sk-from-file-${env:X}']);
    expect(result.referencedFiles).toEqual(['/etc/switchyard/secrets/key']);
  });

  it('keeps for the record neither secrets nor comments, but references', () => {
    const text = ISSUE_EXAMPLE.replace('${env:DEMO_KEY}', 'sk-literal-key').replace(
      '# the upstream',
      '# sk-commented-out',
    );
    const result = compile(text);

    expect(result).toHaveProperty('redactedText', expect.stringContaining('${env:UPSTREAM_KEY}'));
    expect(result).toHaveProperty('redactedText', expect.stringContaining('[redacted]'));
    expect(result).toHaveProperty('redactedText', expect.not.stringMatching(/sk-/));
  });

  it('redacts a secret that is reached by an alias', () => {
    const text = ISSUE_EXAMPLE.replace('"${env:UPSTREAM_KEY}"', '&key "sk-anchored-key"').replace(
      '"${env:DEMO_KEY}"',
      '*key',
    );

    expect(compile(text)).toMatchObject({ isValid: true, redactedText: expect.not.stringContaining('sk-anchored') });
  });

  it('reads a thousand models in well under a second', () => {
    const models = Array.from(
      { length: 1_000 },
      (_, index) => `  - { name: model-${index}, targets: [ { provider: toy, model: sim-small } ] }\n`,
    );
    const text = `version: 1\nproviders: { toy: { kind: sim } }\nmodels:\n${models.join('')}`;

    expect(configurationOf(compile(text)).models).toHaveLength(1_000);
  });
});
