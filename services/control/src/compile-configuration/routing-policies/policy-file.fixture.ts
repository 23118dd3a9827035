import { compileConfiguration, type CompilationResult } from '../compile-configuration.js';

/** A good file whose first model has the given lines besides; two providers, three keys of two tiers. */
export function policyFile(ofModel: readonly string[] = [], more = ''): string {
  return [
    'version: 1',
    'providers:',
    '  main: { kind: openai, baseUrl: "https://api.example.com/v1", region: eu, dataPolicy: { training: false } }',
    '  toy: { kind: sim }',
    'models:',
    '  - name: small',
    '    targets:',
    '      - { provider: main, model: gpt, tags: [fast], price: { inputPerMillion: "2", outputPerMillion: "8" } }',
    '      - { provider: toy, model: sim-small, tags: [new], region: us }',
    ...ofModel.map((line) => `    ${line}`),
    '  - { name: large, targets: [{ provider: toy, model: sim-large, tags: [big] }] }',
    '  - { name: one, targets: [{ provider: toy, model: sim-one }] }',
    'organizations:',
    '  - name: demo',
    '    projects:',
    '      - { name: default, tier: free, keys: [{ name: ci, key: sk-demo-key-1 }] }',
    '      - { name: paid, keys: [{ name: app, key: sk-demo-key-2, tier: gold }, { name: web, key: sk-demo-key-3 }] }',
    more,
  ].join('\n');
}

/** Compiles a text for which nothing outside it counts. */
export function compileText(text: string): CompilationResult {
  return compileConfiguration({
    text,
    path: 'switchyard.yaml',
    folder: '/etc/switchyard',
    environment: {},
    readFile: () => '',
    isFile: () => true,
  });
}
