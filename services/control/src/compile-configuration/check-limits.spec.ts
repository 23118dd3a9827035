import { describe, expect, it } from '@jest/globals';

import { compileConfiguration } from './compile-configuration.js';

const LIMITED = '{ models: { smal: { requestsPerMinute: 1 } }, providers: { main: { requestsPerDay: 1 } } }';
const GOOD = '{ models: { small: { requestsPerMinute: 1 } }, providers: { toy: { requestsPerDay: 1 } } }';

const fileWith = (limits: string): string => `version: 1
providers: { toy: { kind: sim } }
models: [{ name: small, targets: [{ provider: toy, model: sim-small, price: { inputPerMillion: "1", outputPerMillion: "1" } }] }]
limits: ${limits}
plans:
  - { name: gold, limits: ${limits} }
organizations:
  - name: acme
    limits: ${limits}
    projects:
      - name: web
        limits: ${limits}
        keys:
          - { name: ci, key: sk-of-the-file, limits: ${limits} }
`;

const compile = (limits: string) =>
  compileConfiguration({
    text: fileWith(limits),
    path: 'switchyard.yaml',
    folder: '/',
    environment: {},
    readFile: () => '',
    isFile: () => false,
  });

describe('limits of models and providers that there are not', () => {
  it('are refused wherever they stand, with their line', () => {
    const result = compile(LIMITED);
    const problems = result.isValid ? [] : result.problems;
    const places = ['limits', 'plans[0].limits', 'organizations[0].limits', 'organizations[0].projects[0].limits'];
    const paths = [...places, 'organizations[0].projects[0].keys[0].limits'];
    expect(problems.map(({ path }) => path)).toEqual(
      paths.flatMap((path) => [`${path}.models.smal`, `${path}.providers.main`]),
    );
    expect(problems[0]).toMatchObject({
      line: 4,
      reason: 'no model is called "smal"; did you mean "small"?',
    });
    expect(problems.at(-1)).toMatchObject({ line: 14, reason: expect.stringMatching(/^no provider is called "main"/) });
  });

  it('are accepted where they name what there is', () => {
    expect(compile(GOOD)).toMatchObject({ isValid: true });
  });
});
