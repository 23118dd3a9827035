import { describe, expect, it } from '@jest/globals';
import { providerOptions } from '#libs/contracts';

import { compileConfiguration, type CompilationResult } from './compile-configuration.js';

const KEY_FILE = JSON.stringify({ type: 'service_account', client_email: 'a@b', private_key: 'PEM\nlines\n' }, null, 2);

function compile(provider: string): CompilationResult {
  return compileConfiguration({
    text: `version: 1
providers: { main: { ${provider} } }
models: [{ name: m, targets: [{ provider: main, model: m, price: { inputPerMillion: "1", outputPerMillion: "2" } }] }]
`,
    path: 'switchyard.yaml',
    folder: '/etc',
    environment: {},
    readFile: () => KEY_FILE,
    isFile: () => true,
    adminKeySha256: undefined,
  });
}

function providerOf(result: CompilationResult) {
  if (!result.isValid) throw new Error(JSON.stringify(result.problems));
  return result.configuration.providers[0];
}

function reasonsOf(result: CompilationResult): string {
  return result.isValid ? '' : result.problems.map(({ reason }) => reason).join('\n');
}

describe.each(['google', 'mistral', 'cohere'] as const)('kind %s', (kind) => {
  it('needs a key and nothing else', () => {
    const provider = providerOf(compile(`kind: ${kind}, apiKey: k`));
    expect(provider).toMatchObject({ kind, plainCredentials: ['k'], options: {} });
    expect(providerOptions[kind].parse(provider?.options).baseUrl).toMatch(/^https:/);
    expect(reasonsOf(compile(`kind: ${kind}`))).toMatch(/needs a credential/);
  });

  it('goes to another address with further headers', () => {
    const text = `kind: ${kind}, apiKey: k, baseUrl: "https://proxy.example/v1/", headers: { x-team: red }`;
    expect(providerOf(compile(text))?.options).toEqual({
      baseUrl: 'https://proxy.example/v1',
      headers: { 'x-team': 'red' },
    });
  });
});

describe('kind vertex', () => {
  const place = 'kind: vertex, project: demo-project, location: europe-west4';

  it('takes the key file of a service account', () => {
    const provider = providerOf(compile(`${place}, apiKey: "\${file:account.json}"`));
    expect(provider).toMatchObject({ kind: 'vertex', plainCredentials: [KEY_FILE] });
    expect(providerOptions.vertex.parse(provider?.options)).toEqual({
      project: 'demo-project',
      location: 'europe-west4',
    });
  });

  it('takes an access token', () => {
    expect(providerOf(compile(`${place}, apiKey: ya29.token`))?.plainCredentials).toEqual(['ya29.token']);
  });

  it.each([
    [`${place}, apiKey: "two words"`, /key file of a service account/],
    [`${place}, apiKey: "{ not a key file }"`, /key file of a service account/],
    ['kind: vertex, project: demo-project, location: evil.example/, apiKey: k', /location of Google Cloud/],
    ['kind: vertex, project: ../other, location: global, apiKey: k', /id of a Google Cloud project/],
    ['kind: vertex, location: global, apiKey: k', /missing/],
  ])('refuses what it cannot use (%#)', (text, reason) => {
    expect(reasonsOf(compile(text))).toMatch(reason);
  });
});
