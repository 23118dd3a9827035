import { describe, expect, it } from '@jest/globals';

import { sha256Hex } from '#libs/secrets';

import { compileConfiguration } from './compile-configuration.js';
import { formatProblem } from './configuration-problem.js';

const GOOD = [
  'version: 1',
  'providers:',
  '  main: { kind: openai, baseUrl: "https://api.example.com/v1", apiKey: "sk-upstream" }',
  '  toy: { kind: sim }',
  'models:',
  '  - name: gpt-small',
  '    strategy: priority',
  '    timeouts: { firstByteMs: 20000 }',
  '    targets:',
  '      - { provider: main, model: gpt, price: { inputPerMillion: "0.40", outputPerMillion: "1.60" } }',
  '      - { provider: toy, model: sim-small }',
  'organizations:',
  '  - name: demo',
  '    projects:',
  '      - name: default',
  '        keys:',
  '          - { name: ci, key: "sk-demo-key-1" }',
];

/** The problems of a text, one line each as people see them. */
function problemsOf(text: string): string[] {
  const result = compileConfiguration({
    text,
    path: 'switchyard.yaml',
    folder: '/etc/switchyard',
    environment: { EMPTY: '' },
    readFile: (path) => {
      if (path.endsWith('/empty')) return '\n';
      throw new Error('ENOENT: no such file');
    },
    isFile: () => false,
    adminKeySha256: sha256Hex('sk-bootstrap-admin'),
  });
  return result.isValid ? [] : result.problems.map(formatProblem);
}

/** The good text with one line replaced; the line's number counts from 1. */
function withLine(number: number, line: string): string {
  return GOOD.with(number - 1, line).join('\n');
}

const ONE_LINE_WRONG: readonly [what: string, number: number, line: string, problem: string | RegExp][] = [
  ['another version', 1, 'version: 2', '1:1: version: must be 1'],
  ['a missing version', 1, '', /^2:1: version: is missing/],
  ['an unknown field at the top', 1, 'version: 1\nmodel: []', '2:1: model: unknown field; did you mean "models"?'],
  [
    'an unknown kind',
    4,
    '  toy: { kind: smi }',
    '4:10: providers.toy.kind: is no kind of provider; did you mean "sim"?',
  ],
  [
    'a missing kind',
    4,
    '  toy: { latencyMs: 3 }',
    /^4:3: providers\.toy\.kind: is missing; it must be one of openai, .*\bsim\b/,
  ],
  ['a provider that is a word', 4, '  toy: sim', '4:3: providers.toy: must be a set of fields, not text'],
  [
    'an unknown option',
    3,
    '  main: { kind: openai, baseURL: "https://x.example" }',
    '3:25: providers.main.baseURL: unknown field; did you mean "baseUrl"?',
  ],
  [
    'an option of another kind',
    4,
    '  toy: { kind: sim, apiKey: "k" }',
    /^4:21: providers\.toy\.apiKey: unknown field; there are/,
  ],
  ['a name that is no slug', 4, '  Toy: { kind: sim }', /^4:3: providers\.Toy: must be 1 to 63 of a-z/],
  [
    'a URL without a scheme',
    3,
    '  main: { kind: openai, baseUrl: "api.example.com" }',
    /^3:25: .*must be a URL such as/,
  ],
  [
    'a URL of another scheme',
    3,
    '  main: { kind: openai, baseUrl: "ftp://api.example.com" }',
    /^3:25: .*\(http or https\)/,
  ],
  [
    'a URL with a password',
    3,
    '  main: { kind: openai, baseUrl: "https://u:p@x.example" }',
    /put the credential in apiKey/,
  ],
  ['a URL with a query', 3, '  main: { kind: openai, baseUrl: "https://x.example?a=1" }', /must not have a query/],
  [
    'a credential over two lines',
    3,
    '  main: { kind: openai, baseUrl: "https://x.example", apiKey: "a\\nb" }',
    /^3:55: .*printable ASCII/,
  ],
  [
    'a secret among the headers',
    3,
    '  main: { kind: openai, baseUrl: "https://x.example", headers: { Authorization: "x" } }',
    /put it in apiKey/,
  ],
  [
    'a header of our own',
    3,
    '  main: { kind: openai, baseUrl: "https://x.example", headers: { Host: "x" } }',
    /is set by Switchyard itself/,
  ],
  [
    'a failure rate over one',
    4,
    '  toy: { kind: sim, failureRate: 10 }',
    '4:21: providers.toy.failureRate: must be at most 1',
  ],
  [
    'recordings that are not there',
    4,
    '  toy: { kind: sim, recordings: { path: a.jsonl, field: x } }',
    /^4:35: .*\/etc\/switchyard\/a\.jsonl cannot be read/,
  ],
  [
    'a field without a colon',
    7,
    '    strategy priority',
    /^7:5: a colon is missing here: write a field as name: value/,
  ],
  ['a provider named twice', 4, '  main: { kind: sim }', /^4:3: Map keys must be unique/],
  ['a model without a name', 6, '  - nane: gpt-small', '6:5: models[0].nane: unknown field; did you mean "name"?'],
  [
    'a control character in a name',
    6,
    '  - name: "a\\u0007"',
    '6:5: models[0].name: must not contain control characters',
  ],
  [
    'a model of that name again',
    6,
    '  - { name: gpt-small, targets: [{ provider: toy, model: m }] }\n  - name: gpt-small',
    /^7:5: models\[1\]\.name: another model has this name/,
  ],
  [
    'an unknown strategy',
    7,
    '    strategy: prioritty',
    '7:5: models[0].strategy: is not one of the choices; did you mean "priority"?',
  ],
  ['weights missing', 7, '    strategy: weighted', /^10:9: models\[0\]\.targets\[0\]: needs a weight/],
  [
    'a wait that is text',
    8,
    '    timeouts: { firstByteMs: "20s" }',
    '8:17: models[0].timeouts.firstByteMs: must be a number, not text',
  ],
  ['a wait of zero', 8, '    timeouts: { idleMs: 0 }', '8:17: models[0].timeouts.idleMs: must be at least 1'],
  [
    'a wait in fractions',
    8,
    '    timeouts: { idleMs: 1.5 }',
    '8:17: models[0].timeouts.idleMs: must be a whole number, not a fraction',
  ],
  [
    'a wait of less than nothing',
    8,
    '    timeouts: { plainMs: -1 }',
    '8:17: models[0].timeouts.plainMs: must be at least 1',
  ],
  [
    'a wait over an hour',
    8,
    '    timeouts: { totalMs: 3600001 }',
    '8:17: models[0].timeouts.totalMs: must be at most 3600000',
  ],
  [
    'a misspelt wait',
    8,
    '    timeouts: { firstbytems: 1 }',
    '8:17: models[0].timeouts.firstbytems: unknown field; did you mean "firstByteMs"?',
  ],
  [
    'an unknown provider',
    11,
    '      - { provider: toi, model: m }',
    '11:11: models[0].targets[1].provider: no provider is called "toi"; did you mean "toy"?',
  ],
  [
    'the name of an object property',
    11,
    '      - { provider: constructor, model: m }',
    /no provider is called "constructor"/,
  ],
  [
    'a target twice',
    11,
    '      - { provider: main, model: gpt, price: { inputPerMillion: "0", outputPerMillion: "0" } }',
    /^11:9: models\[0\]\.targets\[1\]: this target is listed already/,
  ],
  [
    'a price missing',
    11,
    '      - { provider: main, model: m }',
    /^11:9: models\[0\]\.targets\[1\]: has no price, and the catalogue knows none; add price: \{ inputPerMillion/,
  ],
  [
    'half a price',
    11,
    '      - { provider: main, model: m, price: { inputPerMillion: "1" } }',
    '11:37: models[0].targets[1].price.outputPerMillion: is missing; a price for tokens has inputPerMillion and outputPerMillion',
  ],
  [
    'a price as a number',
    11,
    '      - { provider: toy, model: m, price: { inputPerMillion: 0.4, outputPerMillion: "1" } }',
    '11:45: models[0].targets[1].price.inputPerMillion: must be text, in quotes: "0.4"',
  ],
  [
    'a negative price',
    11,
    '      - { provider: toy, model: m, price: { inputPerMillion: "-1", outputPerMillion: "1" } }',
    /^11:45: .*"-1" must be a plain non-negative decimal/,
  ],
  [
    'a price in words',
    11,
    '      - { provider: toy, model: m, price: { inputPerMillion: "free", outputPerMillion: "1" } }',
    /"free" must be a plain non-negative decimal/,
  ],
  [
    'a weight of zero',
    11,
    '      - { provider: toy, model: m, weight: 0 }',
    '11:36: models[0].targets[1].weight: must be more than 0',
  ],
  [
    'a negative priority',
    11,
    '      - { provider: toy, model: m, priority: -1 }',
    '11:36: models[0].targets[1].priority: must be at least 0',
  ],
  [
    'an organization again',
    13,
    '  - name: demo\n  - name: demo',
    /^14:5: organizations\[1\]\.name: another organization/,
  ],
  [
    'a project again',
    15,
    '      - name: default\n      - name: default',
    /^16:9: organizations\[0\]\.projects\[1\]\.name: another project/,
  ],
  [
    'a key name again',
    17,
    '          - { name: ci, key: "sk-demo-key-1" }\n          - { name: ci, key: "sk-demo-key-2" }',
    /^18:15: .*keys\[1\]\.name: another key of this project/,
  ],
  [
    'a key again',
    17,
    '          - { name: ci, key: "sk-demo-key-1" }\n          - { name: cd, key: "sk-demo-key-1" }',
    /^18:25: .*keys\[1\]\.key: another entry has the same key/,
  ],
  ['the bootstrap key', 17, '          - { name: ci, key: sk-bootstrap-admin }', /^17:25: .*key: is the bootstrap key/],
  [
    'the name of the bootstrap key',
    17,
    '          - { name: admin, key: sk-demo-key-1 }',
    /^17:15: .*name: is the name of the bootstrap key/,
  ],
  ['a short key', 17, '          - { name: ci, key: "abc" }', /^17:25: .*key: must have at least 8 characters/],
  ['a key with a space', 17, '          - { name: ci, key: "sk-demo key" }', /^17:25: .*printable ASCII/],
  [
    'a variable that is not set',
    17,
    '          - { name: ci, key: "${env:NO_SUCH}" }',
    /^17:30: organizations\[0\]\.projects\[0\]\.keys\[0\]\.key: the environment variable NO_SUCH is not set/,
  ],
  [
    'a variable that is empty',
    17,
    '          - { name: ci, key: "${env:EMPTY}" }',
    /^17:30: .*the environment variable EMPTY is empty/,
  ],
  [
    'a name inherited by the environment object',
    17,
    '          - { name: ci, key: "${env:constructor}" }',
    /constructor is not set/,
  ],
  [
    'a file that is not there',
    17,
    '          - { name: ci, key: "${file:keys/ci}" }',
    /^17:30: .*the file \/etc\/switchyard\/keys\/ci cannot be read: ENOENT/,
  ],
  [
    'a file that is empty',
    17,
    '          - { name: ci, key: "${file:empty}" }',
    /the file \/etc\/switchyard\/empty is empty/,
  ],
  [
    'a reference of no kind',
    17,
    '          - { name: ci, key: "${NO_KIND}" }',
    /"\$\{NO_KIND\}" is no reference; write \$\{env:NAME\}/,
  ],
  ['a reference without quotes', 17, '          - { name: ci, key: ${env:CI} }', /^17:.*put references in quotes/],
  ['a tab for indentation', 6, '\t- name: gpt-small', /^6:/],
  ['an alias to nothing', 17, '          - { name: ci, key: *nothing }', /alias/i],
];

describe('a configuration with one thing wrong', () => {
  it('is good without it', () => {
    expect(problemsOf(GOOD.join('\n'))).toEqual([]);
  });

  it.each(ONE_LINE_WRONG)('is refused for %s', (_what, number, line, problem) => {
    const [first = '', ...others] = problemsOf(withLine(number, line));

    expect(first.slice(0, 'switchyard.yaml:'.length)).toBe('switchyard.yaml:');
    const told = [first, ...others].map((text) => text.slice('switchyard.yaml:'.length));
    expect(told).toContainEqual(typeof problem === 'string' ? problem : expect.stringMatching(problem));
  });

  it.each([
    ['nothing', '', 'the file is empty'],
    ['only comments', '# nothing here\n', 'must be a set of fields, not empty'],
    ['a list', '- version: 1\n', 'must be a set of fields, not a list'],
    ['a word', 'hello', 'must be a set of fields, not text'],
    ['two documents', 'version: 1\n---\nversion: 1\n', 'documents'],
    ['an open quote', 'version: "1\n', 'quote'],
    ['nesting without end', '['.repeat(200_000), 'nested too deep'],
    ['too much of it', `version: 1 #${'x'.repeat(5 * 1024 ** 2)}`, 'longer than'],
    ['aliases that multiply', multiplyingAliases(), 'alias'],
    ['no providers', 'version: 1\nproviders: {}\nmodels: []\n', 'must have at least one entry'],
    ['no models', 'version: 1\nproviders: { toy: { kind: sim } }\nmodels: []\n', 'must have at least 1 entry'],
    [
      'no targets',
      'version: 1\nproviders: { toy: { kind: sim } }\nmodels: [ { name: m, targets: [] } ]\n',
      'models[0].targets: must have at least 1 entry',
    ],
  ])('is refused for being %s', (_what, text, reason) => {
    expect(problemsOf(text).join('\n')).toContain(reason);
  });

  it('tells all problems at once, in the order of the text', () => {
    const text = GOOD.with(3, '  toy: { kind: smi }')
      .with(9, '      - { provider: main, model: gpt }')
      .with(16, '          - { nam: ci, key: "${env:NO}" }');

    expect(problemsOf(text.join('\n'))).toEqual([
      expect.stringContaining(':4:10: providers.toy.kind:'),
      expect.stringContaining(':10:9: models[0].targets[0]: has no price'),
      expect.stringContaining(':17:13: organizations[0].projects[0].keys[0].name: is missing'),
      expect.stringContaining(':17:15: organizations[0].projects[0].keys[0].nam: unknown field; did you mean "name"?'),
      expect.stringContaining(
        ':17:29: organizations[0].projects[0].keys[0].key: the environment variable NO is not set',
      ),
    ]);
  });

  it('never repeats a secret', () => {
    const wrongSecrets = [
      withLine(17, '          - { name: ci, key: "sk secret one" }'),
      withLine(17, '          - { name: ci, key: "sk-secret" "sk-secret-two" }'),
      withLine(3, '  main: { kind: openai, baseUrl: "https://x.example", apiKey: [sk-secret-three] }'),
      `${GOOD.join('\n')}\n"sk-secret-four"\n`,
    ];

    for (const text of wrongSecrets) {
      expect(problemsOf(text)).not.toEqual([]);
      expect(problemsOf(text).join('\n')).not.toContain('secret');
    }
  });
});

function multiplyingAliases(): string {
  const levels = Array.from({ length: 12 }, (_, level) => `a${level + 1}: &a${level + 1} [${`*a${level},`.repeat(9)}]`);
  return ['a0: &a0 x', ...levels].join('\n');
}
