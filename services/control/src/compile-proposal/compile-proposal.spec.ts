import { describe, expect, it } from '@jest/globals';

import { compileProposal } from './compile-proposal.js';

const place = { configPath: '/etc/switchyard/switchyard.yaml', adminKeySha256: undefined };
const GOOD = `version: 1
providers:
  main: { kind: openai, baseUrl: "http://127.0.0.1:9001/v1", apiKey: "\${env:HOME}" }
  cloud: { kind: bedrock, region: eu-central-1, apiKey: "\${env:PATH}:\${file:/etc/passwd}" }
models:
  - name: small
    targets:
      - { provider: main, model: gpt, price: { inputPerMillion: "0.40", outputPerMillion: "1.60" } }
organizations:
  - { name: demo, projects: [ { name: default, keys: [ { name: ci, key: "\${env:DEMO_KEY}" }, { name: cd, key: "\${file:key}" } ] } ] }
`;

function refusalOf(text: string): unknown {
  try {
    compileProposal({ text }, place);
  } catch (error) {
    return error;
  }
  throw new Error('The text was taken.');
}

describe('compileProposal', () => {
  it('compiles a text like a file, with credentials closed', () => {
    const { configuration, redactedText } = compileProposal({ text: GOOD }, place);

    expect(configuration.models[0]).toMatchObject({ name: 'small', targets: [{ provider: 'main', model: 'gpt' }] });
    const secrets = [
      ...configuration.providers.flatMap(({ plainCredentials }) => plainCredentials),
      ...configuration.keys.map(({ plainKey }) => plainKey),
    ];
    expect(secrets).toHaveLength(4);
    for (const secret of secrets) expect(secret).toMatch(/^(placeholder-[0-9a-f]{32}:?)+$/);
    expect(redactedText).toContain('${env:HOME}');
  });

  it.each(['${env:HOME}', '${file:/etc/passwd}', 'http://${env:HOME}/v1'])(
    'refuses %s where no credential stands',
    (text) => {
      const error = refusalOf(GOOD.replace('http://127.0.0.1:9001/v1', text));

      expect(error).toMatchObject({ reply: { status: 400, code: 'invalid_policy', param: 'text' } });
      const { message } = error as Error;
      expect(message).toMatch(/policy:3:\d+: providers\.main\.baseUrl: "?\$\{(env|file):.*is not followed in a text/);
      expect(message).not.toContain(process.env['HOME'] ?? 'unset');
    },
  );

  it('refuses what a file would be refused for, with the place', () => {
    const { message } = refusalOf(GOOD.replace('provider: main', 'provider: mian')) as Error;

    expect(message).toContain('policy:8:11: models[0].targets[0].provider: no provider is called "mian"');
  });

  it.each([
    ['./plans/new.yaml', './plans/new.yaml:8:11: models[0]'],
    ['a\nb', 'a\u{FFFD}b:8:11: models[0]'],
  ])('cites the text by the name %j that it was given', (name, cited) => {
    const text = GOOD.replace('provider: main', 'provider: mian');
    expect(() => compileProposal({ text, name }, place)).toThrow(cited);
    const followed = GOOD.replace('http://127.0.0.1:9001/v1', '${env:HOME}');
    expect(() => compileProposal({ text: followed, name }, place)).toThrow(cited.replace(/8:.*/, '3:'));
  });

  it.each(['', '{', 'a: *nowhere', '['.repeat(20_000)])('refuses what is no YAML of ours (%#)', (text) => {
    expect(refusalOf(text)).toMatchObject({ reply: { status: 400, code: 'invalid_policy' } });
  });
});
