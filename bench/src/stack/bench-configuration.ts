import type { Upstreams } from './upstreams.js';

/** What the stack of the bench offers; each model leads to one pace of the same simulated upstream model. */
export const BENCH = {
  organization: 'bench',
  model: { fast: 'bench-small', paced: 'bench-paced', slow: 'bench-durable' },
  /** The same upstreams spoken to in Anthropic's format. */
  translatedModel: { fast: 'bench-claude-small', paced: 'bench-claude-paced' },
  upstreamModel: 'sim-small',
  callerKeyVariable: 'BENCH_CALLER_KEY',
  otherCallerKeyVariable: 'BENCH_OTHER_CALLER_KEY',
  upstreamKeyVariable: 'BENCH_UPSTREAM_KEY',
  /** A project whose requests count on budgets and limits at each level. */
  bounded: { project: 'bounded', callerKeyVariable: 'BENCH_BOUNDED_CALLER_KEY' },
  /** A project whose requests count on limits alone, which are never reached. */
  limited: { project: 'limited', callerKeyVariable: 'BENCH_LIMITED_CALLER_KEY' },
  /** One of the organisations that sums are loaded for: an invoice is of an organisation that there is. */
  invoiced: 'reports-1',
  /** So many budgets the projects have in which events are settled. */
  budgetsOfProjects: [0, 1, 2, 3],
} as const;

/** Never reached. */
const WIDE_LIMIT_USD = '1000000';
const WIDE_LIMITS = 'limits: { requestsPerMinute: 1000000, tokensPerMinute: 1000000000, concurrency: 10000 }';

/** The project with so many budgets, and their ids. */
export function projectWithBudgets(count: number): { name: string; budgets: readonly string[] } {
  const name = `budgets-${count}`;
  return { name, budgets: Array.from({ length: count }, (_, index) => `${BENCH.organization}/${name}:b${index}`) };
}

const PRICE = '{ inputPerMillion: "0.40", outputPerMillion: "1.60" }';

/** Text of the switchyard.yaml of one run; keys come from the environment. */
export function benchConfiguration(upstreams: Upstreams): string {
  const paces = ['fast', 'paced', 'slow'] as const;
  const translatedPaces = ['fast', 'paced'] as const;
  const provider = (name: string, kind: string, baseUrl: string): string =>
    `  ${name}: { kind: ${kind}, baseUrl: "${baseUrl}", apiKey: "\${env:${BENCH.upstreamKeyVariable}}" }`;
  const providers = [
    ...paces.map((pace) => provider(pace, 'openai', upstreams[pace].baseUrl)),
    ...translatedPaces.map((pace) => provider(`claude-${pace}`, 'anthropic', withoutVersion(upstreams[pace].baseUrl))),
  ];
  const models = [
    ...paces.flatMap((pace) => modelLines(BENCH.model[pace], pace)),
    ...translatedPaces.flatMap((pace) => modelLines(BENCH.translatedModel[pace], `claude-${pace}`)),
  ];
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
    '      - name: other',
    `        keys: [{ name: load, key: "\${env:${BENCH.otherCallerKeyVariable}}" }]`,
    ...boundedLines(),
    ...limitedLines(),
    ...BENCH.budgetsOfProjects.flatMap(budgetLines),
    `  - name: ${BENCH.invoiced}`,
    '    projects: [{ name: default }]',
    '',
  ].join('\n');
}

function modelLines(name: string, provider: string): string[] {
  return [
    `  - name: ${name}`,
    '    strategy: priority',
    '    targets:',
    `      - { provider: ${provider}, model: ${BENCH.upstreamModel}, priority: 1, price: ${PRICE} }`,
  ];
}

/** What a project with much at stake has: a budget and limits of its own, and the same at its key. */
function boundedLines(): string[] {
  const bounds = [`budgets: [{ limitUsd: "${WIDE_LIMIT_USD}", period: month }]`, WIDE_LIMITS];
  const key = `key: "\${env:${BENCH.bounded.callerKeyVariable}}"`;
  return [
    `      - name: ${BENCH.bounded.project}`,
    ...bounds.map((line) => `        ${line}`),
    `        keys: [{ name: load, ${key}, ${bounds.join(', ')} }]`,
  ];
}

/** The same limits at a project and its key, without a budget. */
function limitedLines(): string[] {
  const key = `key: "\${env:${BENCH.limited.callerKeyVariable}}"`;
  return [
    `      - name: ${BENCH.limited.project}`,
    `        ${WIDE_LIMITS}`,
    `        keys: [{ name: load, ${key}, ${WIDE_LIMITS} }]`,
  ];
}

function budgetLines(count: number): string[] {
  const { name, budgets } = projectWithBudgets(count);
  const fields = budgets.map((_id, index) => `{ name: b${index}, limitUsd: "${WIDE_LIMIT_USD}", period: month }`);
  return [`      - name: ${name}`, `        budgets: [${fields.join(', ')}]`];
}

/** Where the base URL of OpenAI's format ends with its version, that of Anthropic's stops before it. */
function withoutVersion(baseUrl: string): string {
  return baseUrl.replace(/\/v1$/, '');
}
