import { describe, expect, it } from '@jest/globals';
import { compileText } from '../routing-policies/policy-file.fixture.js';

const FILE = `version: 1
providers:
  main: { kind: sim }
models:
  - name: small
    targets: [{ provider: main, model: sim-small }]
`;

const compile = (text: string) => compileText(FILE + text);

function compiled(text: string) {
  const result = compile(text);
  if (!result.isValid) throw new Error(JSON.stringify(result.problems));
  return result.configuration;
}

function problemsOf(text: string): string[] {
  const result = compile(text);
  return result.isValid ? [] : result.problems.map(({ path, reason }) => `${path}: ${reason}`);
}

describe('guards of a configuration', () => {
  it('are kept in order at everybody, an organization, a project, a key and a model', () => {
    const { guards, organizations, keys } = compiled(`
guards:
  - { name: secrets, kind: detect, classes: [secret] }
organizations:
  - name: acme
    privacy: { regions: [eu], zeroRetention: true }
    guards:
      - { name: pii, kind: detect, classes: [pii], action: reversible, on: [request, answer] }
      - { name: ours, kind: webhook, url: "https://guard.example/check", timeoutMs: 500, onFailure: pass }
    projects:
      - name: web
        privacy: { whenFound: [{ classes: [financial], require: { providers: [main] } }] }
        keys:
          - { name: ci, key: a-key-of-the-caller, privacy: { noTraining: true }, guards: [{ name: words, kind: deny, words: [Falcon] }] }
`);
    expect(guards).toEqual([
      { name: 'secrets', kind: 'detect', classes: ['secret'], action: 'block', on: ['request'] },
    ]);
    expect(organizations[0]).toMatchObject({
      privacy: { regions: ['eu'], zeroRetention: true },
      guards: [
        {
          kind: 'detect',
          classes: ['email', 'phone', 'card', 'iban', 'national_id', 'ip_address'],
          action: 'reversible',
          on: ['request', 'answer'],
        },
        { kind: 'webhook', action: 'block', timeoutMilliseconds: 500, onFailure: 'pass', on: ['request'] },
      ],
      projects: [{ privacy: { whenFound: [{ classes: ['card', 'iban'], require: { providers: ['main'] } }] } }],
    });
    expect(keys[0]).toMatchObject({ privacy: { noTraining: true }, guards: [{ name: 'words', words: ['Falcon'] }] });
  });

  it('are refused with the place and the remedy', () => {
    expect(
      problemsOf(`
guards:
  - { name: a, kind: pattern, patterns: ["(?<=x)y", "a*"] }
  - { name: a, kind: detect, classes: [person] }
  - { name: c, kind: moderation, model: smal }
  - { name: d, kind: injection, action: mask }
`),
    ).toEqual([
      expect.stringMatching(/^guards\[0\]\.patterns\[0\]: is no pattern in the syntax of RE2/),
      expect.stringMatching(/^guards\[0\]\.patterns\[1\]: matches the empty text/),
      expect.stringMatching(/^guards\[1\]\.classes: has no built-in detector for 'person'; .*presidio/),
      expect.stringMatching(/^guards\[3\]\.action/),
    ]);
    expect(
      problemsOf(`
guards:
  - { name: a, kind: injection }
  - { name: a, kind: injection }
`),
    ).toEqual([expect.stringContaining('guards[1].name: another guard here has this name already')]);
    expect(
      problemsOf(`
guards: [{ name: c, kind: moderation, model: smal }]
privacy: { providers: [mian] }
`),
    ).toEqual([
      expect.stringMatching(/^guards\[0\]\.model: names nothing that there is; .*small/),
      expect.stringMatching(/^privacy\.providers\[0\]: names nothing that there is; .*main/),
    ]);
    expect(problemsOf('privacy: { noTraining: false }\n')).toEqual([expect.stringContaining('must be true')]);
    expect(problemsOf('privacy: {}\n')).toEqual([expect.stringContaining('asks for nothing')]);
  });
});
