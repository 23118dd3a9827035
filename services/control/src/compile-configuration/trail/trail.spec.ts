import { describe, expect, it } from '@jest/globals';

import { compileConfiguration, type CompilationResult } from '../compile-configuration.js';

const FILE = `version: 1
providers:
  toy: { kind: sim }
models:
  - name: chat
    targets: [ { provider: toy, model: sim-small } ]
organizations:
  - name: acme
    projects: [ { name: support, keys: [ { name: ci, key: "sk-of-acme-support" } ] } ]
`;

function compile(trail: string): CompilationResult {
  return compileConfiguration({
    text: `${FILE}trail:\n${trail}`,
    path: 'switchyard.yaml',
    folder: '/',
    environment: {},
    readFile: () => '',
    isFile: () => false,
  });
}

function problems(trail: string): string[] {
  const result = compile(trail);
  return result.isValid ? [] : result.problems.map(({ path, reason }) => `${path}: ${reason}`);
}

describe('the section trail', () => {
  it('says what is kept of prompts and answers, and how long entries are', () => {
    const result = compile(`
  payloads:
    - { keep: hash }
    - { organization: acme, project: support, key: ci, model: chat, keep: full, mostKib: 64, retentionDays: 90 }
  retention:
    - { class: requests, organization: acme, types: ["request.*"], days: 30 }
`);
    if (!result.isValid) throw new Error(JSON.stringify(result.problems));
    expect(result.configuration.payloads).toEqual([
      { keep: 'hash', mostBytes: 1_048_576 },
      {
        organization: 'acme',
        project: 'support',
        key: 'ci',
        model: 'chat',
        keep: 'full',
        mostBytes: 65_536,
        retentionDays: 90,
      },
    ]);
    expect(result.configuration.retention).toEqual([
      { class: 'requests', organization: 'acme', types: ['request.*'], days: 30 },
    ]);
  });

  it.each([
    ['  payloads: [ { keep: some } ]', /payloads\[0\].keep: is not one of the choices/],
    ['  payloads: [ { keep: full, organization: acne } ]', /organization: names nothing.*acme/],
    ['  payloads: [ { keep: full, organization: acme, project: supports } ]', /project: names nothing.*support/],
    ['  payloads: [ { keep: full, model: chatt } ]', /model: names nothing.*chat/],
    ['  payloads: [ { keep: full, project: support } ]', /project: needs an organization/],
    ['  payloads: [ { keep: full, organization: acme, key: ci } ]', /key: needs a project/],
    ['  payloads: [ { keep: full }, { keep: none } ]', /payloads\[1\].*same requests/],
    ['  payloads: [ { keep: full, mostKib: 99999 } ]', /mostKib/],
    ['  retention: [ { class: a, types: [requests], days: 1 } ]', /types\[0\].*request.completed/],
    ['  retention: [ { class: a } ]', /days/],
    ['  payload: []', /payload: unknown field.*payloads/],
  ])('refuses %s', (trail, reason) => {
    expect(problems(`${trail}\n`)).toEqual([expect.stringMatching(reason)]);
  });
});
