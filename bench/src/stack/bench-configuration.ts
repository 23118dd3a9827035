import type { Upstreams } from './upstreams.js';

/** What the stack of the bench offers; each model leads to one pace of the same simulated upstream model. */
export const BENCH = {
  organization: 'bench',
  model: { fast: 'bench-small', paced: 'bench-paced', slow: 'bench-durable' },
  upstreamModel: 'sim-small',
  callerKeyVariable: 'BENCH_CALLER_KEY',
  upstreamKeyVariable: 'BENCH_UPSTREAM_KEY',
} as const;

const PRICE = '{ inputPerMillion: "0.40", outputPerMillion: "1.60" }';

/** Text of the switchyard.yaml of one run; keys come from the environment. */
export function benchConfiguration(upstreams: Upstreams): string {
  const paces = ['fast', 'paced', 'slow'] as const;
  const providers = paces.map(
    (pace) =>
      `  ${pace}: { kind: openai, baseUrl: "${upstreams[pace].baseUrl}", apiKey: "\${env:${BENCH.upstreamKeyVariable}}" }`,
  );
  const models = paces.flatMap((pace) => [
    `  - name: ${BENCH.model[pace]}`,
    '    strategy: priority',
    '    targets:',
    `      - { provider: ${pace}, model: ${BENCH.upstreamModel}, priority: 1, price: ${PRICE} }`,
  ]);
  const keys = `[{ name: load, key: "\${env:${BENCH.callerKeyVariable}}" }]`;
  return [
    'version: 1',
    'providers:',
    ...providers,
    'models:',
    ...models,
    'organizations:',
    `  - name: ${BENCH.organization}`,
    '    projects:',
    `      - name: default`,
    `        keys: ${keys}`,
    '',
  ].join('\n');
}
