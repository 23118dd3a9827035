import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { CliError } from '../cli.error.js';
import { importLitellm } from './import-litellm.js';

const CONFIG = `
model_list:
  - model_name: large
    litellm_params:
      { model: azure/large-eu, api_base: "https://eu.openai.azure.com/openai/", api_version: "2024-10-21", api_key: os.environ/AZURE_KEY,
        rpm: 600, tpm: 9000, max_parallel_requests: 7, region_name: eu, tags: [paid], timeout: 30, stream_timeout: 2.5 }
    model_info: { id: one, input_cost_per_token: 2.5e-06, output_cost_per_token: 0.00001, max_input_tokens: 128000 }
  - model_name: large
    litellm_params: { model: openai/gpt-4o, api_key: os.environ/OPENAI_KEY, rpm: 200, timeout: 60 }
  - model_name: small
    litellm_params: { model: ollama/llama3, api_base: "http://127.0.0.1:11434", mystery: 1 }
  - model_name: "any/*"
    litellm_params: { model: "openai/*" }
  - model_name: elsewhere
    litellm_params: { model: watsonx/granite }
litellm_settings:
  drop_params: true
  request_timeout: 120
  num_retries: 2
  fallbacks: [{ large: [small, nowhere] }]
  context_window_fallbacks: [{ small: [large] }]
  default_fallbacks: [large]
  cache: true
  cache_params: { type: redis, ttl: 600 }
  callbacks: [otel]
router_settings:
  model_group_alias: { big: large }
  allowed_fails: 3
  cooldown_time: 30
  retry_policy: { RateLimitErrorRetries: 4 }
general_settings: { master_key: sk-1234 }
`;

interface Imported {
  providers: Record<string, unknown>;
  breaker: unknown;
  models: { name: string; targets: Record<string, unknown>[]; fallbacks?: unknown; failures?: unknown }[];
}

function imported(text: string): { value: Imported; warnings: string[] } {
  const { text: written, warnings } = importLitellm(text, 'config.yaml');
  return { value: parse(written) as Imported, warnings: warnings.map(({ path, reason }) => `${path}: ${reason}`) };
}

describe('importLitellm', () => {
  const { value, warnings } = imported(CONFIG);
  const model = (name: string) => value.models.find((one) => one.name === name);

  it('makes providers of addresses and keys', () => {
    expect(value.providers).toEqual({
      azure: {
        kind: 'azure',
        baseUrl: 'https://eu.openai.azure.com',
        apiVersion: '2024-10-21',
        apiKey: '${env:AZURE_KEY}',
      },
      openai: { kind: 'openai', baseUrl: 'https://api.openai.com/v1', apiKey: '${env:OPENAI_KEY}' },
      ollama: { kind: 'ollama', baseUrl: 'http://127.0.0.1:11434/v1' },
    });
  });

  it('makes one model of deployments with one name, drawn by their rates', () => {
    expect(model('large')).toMatchObject({
      strategy: 'weighted',
      timeouts: { firstByteMs: 2_500, plainMs: 60_000, totalMs: 60_000 },
    });
    expect(model('large')?.targets).toEqual([
      {
        provider: 'azure',
        model: 'large-eu',
        weight: 600,
        region: 'eu',
        tags: ['paid'],
        contextWindow: 128_000,
        price: { inputPerMillion: '2.5', outputPerMillion: '10' },
        quotas: { requestsPerMinute: 600, tokensPerMinute: 9_000, concurrency: 7 },
      },
      { provider: 'openai', model: 'gpt-4o', weight: 200, quotas: { requestsPerMinute: 200 } },
    ]);
  });

  it('carries settings to every model', () => {
    expect(model('small')).toMatchObject({
      timeouts: { totalMs: 120_000 },
      unsupported: 'drop',
      cache: { seconds: 600 },
      failures: { rate_limit: { retry: { attempts: 4 } }, server_error: { retry: { attempts: 2 } } },
      fallbacks: { models: ['large'], contextTooLong: ['large'] },
    });
    expect(value.breaker).toEqual({ consecutiveFailures: 4, coolDownMs: 30_000, maxCoolDownMs: 30_000 });
  });

  it('gives an alias the targets and fallbacks of what it stands for', () => {
    expect(model('big')).toMatchObject({ targets: model('large')?.targets, fallbacks: { models: ['small'] } });
  });

  it.each([
    'model_list[2].litellm_params.mystery: has no counterpart',
    'model_list[3].model_name: "any/*" is a pattern',
    'model_list[4].litellm_params.model: "watsonx/granite" is of a provider that is not known here',
    'fallbacks.large: there is no model "nowhere"',
    'litellm_settings.cache_params.type: has no counterpart',
    'litellm_settings.callbacks: has no counterpart',
    'general_settings.master_key: is not carried',
    'model_list: targets of "large" differ in timeout',
    'model_list[0].model_info.id: has no counterpart',
    'organizations: are no part of',
  ])('tells: %s', (warning) => {
    expect(warnings).toContainEqual(expect.stringContaining(warning));
    expect(warnings.join()).not.toContain('sk-1234');
  });

  describe('of a deployment with a base model', () => {
    const deployment = (info: string, params = '') => `
model_list:
  - model_name: m
    litellm_params: { model: azure/large-eu, api_base: "https://eu.openai.azure.com"${params} }
    model_info: { ${info} }`;

    it.each([
      ['model_list[0].model_info.base_model', deployment('base_model: azure/gpt-4o, mode: chat')],
      ['model_list[0].litellm_params.base_model', deployment('mode: chat', ', base_model: azure/gpt-4o')],
    ])('names the price that is to be added where none is given (%s)', (path, text) => {
      const told = imported(text).warnings;
      expect(told).toContainEqual(expect.stringContaining(`${path}: "azure/gpt-4o" is not carried`));
      expect(told).toContainEqual(expect.stringContaining('price: { inputPerMillion: "…", outputPerMillion: "…" }'));
      expect(told).toContainEqual(expect.stringContaining('target "large-eu"'));
      expect(told).toContainEqual(expect.stringContaining('model_list[0].model_info.mode: has no counterpart'));
    });

    it('asks for no price where costs are given', () => {
      const costs = 'input_cost_per_token: 1e-6, output_cost_per_token: 2e-6';
      const told = imported(deployment(`base_model: azure/gpt-4o, ${costs}`)).warnings;
      expect(told).toContainEqual(expect.stringContaining('model_info.base_model: has no counterpart'));
      expect(told.join()).not.toContain('price:');
    });
  });

  it('tries targets with an order by it, those without last', () => {
    const { value: ordered } = imported(`
model_list:
  - { model_name: m, litellm_params: { model: openai/a, order: 2 } }
  - { model_name: m, litellm_params: { model: openai/b } }
  - { model_name: m, litellm_params: { model: openai/c, order: 1, weight: 3 } }`);
    expect(ordered.models[0]).toMatchObject({
      strategy: 'priority',
      targets: [
        { model: 'a', priority: 2, weight: 1 },
        { model: 'b', priority: 3, weight: 1 },
        { model: 'c', priority: 1, weight: 3 },
      ],
    });
  });

  it.each([
    ['least-busy', 'least-busy'],
    ['latency-based-routing', 'lowest-latency'],
    ['usage-based-routing-v2', 'usage'],
    ['cost-based-routing', 'lowest-cost'],
  ])('knows the strategy %s', (theirs, ours) => {
    const { value: routed } = imported(`
model_list: [ { model_name: m, litellm_params: { model: openai/a } }, { model_name: m, litellm_params: { model: openai/b } } ]
router_settings: { routing_strategy: ${theirs} }`);
    expect(routed.models[0]).toMatchObject({ strategy: ours });
  });

  it.each(['{', 'text', 'model_list: []', 'model_list: 3'])('refuses %j with the reason', (text) => {
    expect(() => importLitellm(text, 'config.yaml')).toThrow(CliError);
  });
});
