import { describe, expect, it } from '@jest/globals';

import type { ModelEntry } from '#libs/contracts';

import type { CompiledConfiguration } from '../compiled-configuration.js';
import { compileText, policyFile } from './policy-file.fixture.js';

function compiled(text: string): CompiledConfiguration {
  const result = compileText(text);
  if (!result.isValid) throw new Error(JSON.stringify(result.problems));
  return result.configuration;
}

function firstModel(...lines: string[]): ModelEntry | undefined {
  return compiled(policyFile(lines)).models[0];
}

describe('what policies compile to', () => {
  it('leaves a model without policies as it always was', () => {
    const model = compiled(policyFile()).models[1];

    expect(Object.keys(model ?? {})).toEqual(['name', 'strategy', 'timeouts', 'targets']);
  });

  it.each([
    ['round-robin', { kind: 'round_robin' }],
    ['least-busy', { kind: 'least_busy' }],
    ['lowest-latency', { kind: 'lowest_latency', measure: 'first_token', percentile: 50, tolerance: 0.1 }],
    ['highest-throughput', { kind: 'highest_throughput', tolerance: 0.1 }],
    ['lowest-cost', { kind: 'lowest_cost' }],
    ['usage', { kind: 'usage' }],
    ['consistent-hash', { kind: 'consistent_hash', by: 'session' }],
    ['score', { kind: 'score', quality: 0.5, cost: 0.3, latency: 0.2, throughput: 0 }],
    ['{ kind: usage }', { kind: 'usage' }],
    [
      '{ kind: lowest-latency, measure: total, percentile: 95, tolerance: 0 }',
      { kind: 'lowest_latency', measure: 'total', percentile: 95, tolerance: 0 },
    ],
    ['{ kind: consistent-hash, by: user }', { kind: 'consistent_hash', by: 'user' }],
    ['{ kind: score, cost: 1 }', { kind: 'score', quality: 0, cost: 1, latency: 0, throughput: 0 }],
  ])('takes the strategy %s beside the one for old readers', (setting, strategy) => {
    expect(firstModel(`strategy: ${setting}`)).toMatchObject({ strategy: 'priority', routing: { strategy } });
  });

  it.each(['priority', 'weighted', '{ kind: weighted }'])('leaves the strategy %s where it always was', (setting) => {
    const text = policyFile([`strategy: ${setting}`]).replaceAll('{ provider:', '{ weight: 2, provider:');
    const [model] = compiled(text).models;

    expect(model).not.toHaveProperty('routing');
    expect(setting).toContain(model?.strategy);
  });

  it('reads rules with their windows, ceilings and consequences', () => {
    const model = firstModel(
      'rules:',
      '  - name: office',
      '    window: { timeZone: Europe/Berlin, days: [mon, sun], from: "09:00", to: "00:00" }',
      '    when: request.task == "code"',
      '    then: { model: "large:floor", tags: [big], strategy: lowest-cost }',
      '  - name: dear',
      '    when: request.stream',
      '    then: { require: { noTraining: true, maxOutputPerMillion: "8", maxCost: "0.50" } }',
      '  - { name: no, then: { refuse: Not today. } }',
    );

    expect(model?.routing).toEqual({
      rules: [
        {
          name: 'office',
          when: 'request.task == "code"',
          window: { timeZone: 'Europe/Berlin', weekdays: [1, 7], fromMinute: 540, toMinute: 1_440 },
          useModel: 'large:floor',
          onlyTags: ['big'],
          strategy: { kind: 'lowest_cost' },
        },
        {
          name: 'dear',
          when: 'request.stream',
          require: { noTraining: true, mostOutputNanoUsdPerMillion: '8000000000', mostCostNanoUsd: '500000000' },
        },
        { name: 'no', refuse: 'Not today.' },
      ],
    });
  });

  it('reads what happens on failures, beside the path and to answers', () => {
    const model = firstModel(
      'fallbacks: { models: [large], contentFilter: [one, "large:nitro"] }',
      'failures: { rate_limit: { retry: { attempts: 2 }, goOn: false }, quota: { goOn: true } }',
      'deadlineMs: 30000',
      'onCut: rescue',
      'hedge: { maxMs: 900 }',
      'shadow: { model: one, share: 0.01 }',
      'cache: { seconds: 60 }',
      'callersWishes: ignore',
      'sticky: session',
      'canary: { tag: new, share: 0.05, by: user }',
    );

    expect(model?.routing).toEqual({
      fallbacks: { models: ['large'], contentFilter: ['one', 'large:nitro'] },
      failures: {
        rate_limit: {
          retry: { attempts: 2, backoffMilliseconds: 500, mostWaitMilliseconds: 10_000 },
          goOn: false,
        },
        quota: { goOn: true },
      },
      deadlineMilliseconds: 30_000,
      onCut: 'rescue',
      hedge: { percentile: 95, leastMilliseconds: 100, mostMilliseconds: 900 },
      shadow: { model: 'one', share: 0.01 },
      cache: { seconds: 60, priceShare: 0 },
      callersWishes: false,
      sticky: 'session',
      canary: { tag: 'new', share: 0.05, by: 'user' },
    });
  });

  it('gives a model that stands for two others no targets', () => {
    const text = policyFile().replace(
      'organizations:',
      '  - { name: auto, auto: { weak: one, strong: large, levels: { best: 0 } } }\norganizations:',
    );

    expect(compiled(text).models[3]).toMatchObject({
      name: 'auto',
      targets: [],
      auto: { weak: 'one', strong: 'large', levels: { cheap: 0.8, balanced: 0.5, best: 0 } },
    });
  });

  it('keeps where providers stand apart from their options', () => {
    const [main, toy] = compiled(policyFile()).providers;

    expect(main).toMatchObject({ region: 'eu', dataPolicy: { training: false } });
    expect(main?.options).toEqual({ baseUrl: 'https://api.example.com/v1' });
    expect(Object.keys(toy ?? {})).toEqual(['name', 'kind', 'options', 'plainCredentials']);
  });

  it('takes the region of Bedrock for an option, not for where data stays', () => {
    const aws = '{ kind: bedrock, region: eu-central-1, apiKey: "a:b", dataPolicy: { retention: false } }';
    const [, provider] = compiled(
      policyFile().replace('toy: { kind: sim }', `aws: ${aws}\n  toy: { kind: sim }`),
    ).providers;

    expect(provider).toMatchObject({ options: { region: 'eu-central-1' }, dataPolicy: { retention: false } });
    expect(provider).not.toHaveProperty('region');
  });

  it('gives keys the tier of their own, of their project or of their organization', () => {
    const { keys, adminHome } = compiled(policyFile().replace('- name: demo', '- name: demo\n    tier: basic'));

    expect(keys.map(({ name, tier }) => [name, tier])).toEqual([
      ['ci', 'free'],
      ['app', 'gold'],
      ['web', 'basic'],
    ]);
    expect(adminHome).toEqual({ organization: 'demo', project: 'default', tier: 'free' });
  });

  it('takes what the file says of the breaker and nothing else', () => {
    const { breaker } = compiled(
      policyFile([], 'breaker: { consecutiveFailures: 3, coolDownMs: 500, idleProbeMs: 30000 }'),
    );

    expect(breaker).toEqual({
      consecutiveFailures: 3,
      coolDownMilliseconds: 500,
      idleProbeMilliseconds: 30_000,
    });
    expect(compiled(policyFile())).not.toHaveProperty('breaker');
  });

  it('lets whoever is named use a model', () => {
    const access =
      'access: { organizations: [demo], projects: [demo/paid], keys: [ci, demo/paid/app, admin], tiers: [gold], deny: { tiers: [free] } }';

    expect(firstModel(access)?.routing?.access).toMatchObject({ keys: ['ci', 'demo/paid/app', 'admin'] });
  });
});
