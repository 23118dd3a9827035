import { describe, expect, it } from '@jest/globals';
import { openaiOptionsSchema } from '#libs/contracts';

import { compileConfiguration, type CompilationResult } from './compile-configuration.js';
import { presetNamed, presetNames } from './provider-presets.js';

const PRICE = 'price: { inputPerMillion: "1", outputPerMillion: "2" }';

function compile(provider: string, price = ''): CompilationResult {
  return compileConfiguration({
    text: `version: 1
providers: { main: { ${provider} } }
models: [{ name: m, targets: [{ provider: main, model: m${price && `, ${price}`} }] }]
`,
    path: 'switchyard.yaml',
    folder: '/',
    environment: {},
    readFile: () => '',
    isFile: () => false,
    adminKeySha256: undefined,
  });
}

function providerOf(result: CompilationResult) {
  if (!result.isValid) throw new Error(JSON.stringify(result.problems));
  return result.configuration.providers[0];
}

describe('a preset', () => {
  it.each(presetNames)('%s compiles to a provider of kind openai that a worker accepts', (name) => {
    const needsKey = presetNamed(name).access === 'key';
    const provider = providerOf(compile(`kind: ${name}${needsKey ? ', apiKey: k' : ''}`, PRICE));

    expect(provider).toMatchObject({ name: 'main', kind: 'openai', plainCredentials: needsKey ? ['k'] : [] });
    expect(openaiOptionsSchema.strict().parse(provider?.options)).toMatchObject({
      baseUrl: presetNamed(name).baseUrl,
    });
  });

  it('keeps its quirks at another address', () => {
    const provider = providerOf(
      compile('kind: deepseek, baseUrl: "https://proxy.example/v1/", apiKeys: [k, l], headers: { x-team: a }', PRICE),
    );

    expect(provider).toEqual({
      name: 'main',
      kind: 'openai',
      options: {
        baseUrl: 'https://proxy.example/v1',
        headers: { 'x-team': 'a' },
        structuredOutputs: false,
      },
      plainCredentials: ['k', 'l'],
    });
  });

  it("needs neither a key nor a price for a server of one's own", () => {
    expect(providerOf(compile('kind: ollama'))).toMatchObject({ kind: 'openai', plainCredentials: [] });
  });

  it("takes a key for a server of one's own that wants one", () => {
    expect(providerOf(compile('kind: vllm, apiKey: k'))).toMatchObject({ plainCredentials: ['k'] });
  });
});

describe('the kinds azure and bedrock', () => {
  it('find the address of an Azure resource', () => {
    const provider = providerOf(
      compile('kind: azure, resource: ours, apiKey: k, deployments: { gpt-4.1: prod }', PRICE),
    );

    expect(provider).toMatchObject({
      kind: 'azure',
      options: { baseUrl: 'https://ours.openai.azure.com', deployments: { 'gpt-4.1': 'prod' } },
    });
  });

  it('join a key of AWS from two references', () => {
    const provider = providerOf(
      compile('kind: bedrock, region: eu-central-1, profilePrefix: eu, apiKey: "AKIA:secret"', PRICE),
    );

    expect(provider).toMatchObject({
      kind: 'bedrock',
      options: { region: 'eu-central-1', profilePrefix: 'eu' },
      plainCredentials: ['AKIA:secret'],
    });
  });

  it('keep several literal keys out of the record', () => {
    const result = compile('kind: bedrock, region: eu-central-1, apiKeys: [literal-one, "${env:NONE}x"]', PRICE);
    const harmless = compile('kind: bedrock, region: eu-central-1, apiKeys: [literal-one, literal-two]', PRICE);

    expect(result.isValid).toBe(false);
    expect(harmless).toHaveProperty('redactedText', expect.not.stringContaining('literal'));
  });
});

describe('a provider with something wrong', () => {
  it.each([
    [
      'names no bucket',
      'kind: bedrock, region: us-east-1, apiKey: k, batches: { bucket: S3, roleArn: "arn:aws:iam::123456789012:role/b" }',
      ['providers.main.batches.bucket', 'must be the name of a bucket, such as "our-bedrock-batches"'],
    ],
    [
      'names no role',
      'kind: bedrock, region: us-east-1, apiKey: k, batches: { bucket: our-batches, roleArn: admin }',
      [
        'providers.main.batches.roleArn',
        'must be the ARN of a role, such as "arn:aws:iam::123456789012:role/bedrock-batches"',
      ],
    ],
    [
      'leaves its prefix',
      'kind: bedrock, region: us-east-1, apiKey: k, batches: { bucket: our-batches, prefix: "../x", roleArn: "arn:aws:iam::123456789012:role/b" }',
      ['providers.main.batches.prefix', 'must be letters, digits, "_" and "-", in parts with "/" between them'],
    ],
    [
      'has one key and several',
      'kind: openai, baseUrl: "https://x.example", apiKey: k, apiKeys: [l]',
      ['providers.main.apiKeys', 'stands beside apiKey; keep one of the two'],
    ],
    [
      'lists a key twice',
      'kind: openai, baseUrl: "https://x.example", apiKeys: [k, k]',
      ['providers.main.apiKeys[1]', 'is listed already; remove it'],
    ],
    [
      'needs a key and has none',
      'kind: groq',
      ['providers.main', 'needs a credential; add apiKey: "${env:NAME}", or several as apiKeys'],
    ],
    [
      'is at Azure without an address',
      'kind: azure, apiKey: k',
      ['providers.main', 'needs either resource or baseUrl, and not both'],
    ],
    [
      'names a version that Azure does not write so',
      'kind: azure, resource: ours, apiKey: k, apiVersion: "2024"',
      ['providers.main.apiVersion', 'must be "v1" or a version such as "2024-10-21"'],
    ],
  ])('is refused when it %s', (_what, provider, [path, reason]) => {
    expect(compile(provider, PRICE)).toMatchObject({ problems: [{ path, reason }] });
  });
});
