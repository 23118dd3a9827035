import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type {
  Facts,
  ProviderEntry,
  Requirements,
  RoutingPolicy,
  RoutingSlip,
  Strategy,
  TargetEntry,
  TargetState,
  Wishes,
} from '#libs/contracts';
import { NoEligibleTarget } from './no-eligible-target.js';
import { planRoute } from './plan-route.policy.js';
import { decidedFacts, liveWith, modelWith, stateWith, targetWith } from './routing.fixture.js';
import { routingTable } from './routing-table.js';
import { seededRandom } from './seeded-random.js';

/** 1970-01-01 00:16:40 in UTC, a Thursday: `liveWith` stands there. */
const MINUTE_OF_DAY = 16;
const MOST = 16;
const TOKENS = { prompt: 100, completion: 50 };

const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined });
const some = (of: string[]): fc.Arbitrary<string[]> => fc.subarray(of, { minLength: 1 });
const amount = fc.integer({ min: 0, max: 5 }).map((millions) => String(millions * 1_000_000));

const requirements: fc.Arbitrary<Requirements> = fc.record(
  {
    regions: some(['eu', 'us']),
    providers: some(['p', 'q', 'r']),
    notProviders: some(['p']),
    noTraining: fc.boolean(),
    mostInputNanoUsdPerMillion: amount,
    mostOutputNanoUsdPerMillion: amount,
    mostCostNanoUsd: fc.constantFrom('150', '300', '450', '600'),
  },
  { requiredKeys: [] },
);

interface Rule {
  readonly name: string;
  readonly when?: string | undefined;
  readonly require?: Requirements | undefined;
  readonly onlyTags?: string[] | undefined;
}
const rule: fc.Arbitrary<Rule> = fc.record(
  {
    name: fc.constantFrom('one', 'two'),
    when: fc.constantFrom('request.usesTools', 'request.tier == "gold"'),
    require: requirements,
    onlyTags: some(['x', 'y']),
  },
  { requiredKeys: ['name'] },
);

const STRATEGIES: readonly Strategy[] = [{ kind: 'priority' }, { kind: 'weighted' }, { kind: 'least_busy' }];
const policy = fc.record(
  {
    strategy: fc.constantFrom(...STRATEGIES),
    require: requirements,
    rules: fc.array(rule, { maxLength: 3 }),
    canary: fc.record({ tag: fc.constant('x'), share: fc.constantFrom(0, 1) }),
  },
  { requiredKeys: ['strategy'] },
);

const target: fc.Arbitrary<TargetEntry> = fc
  .record({
    model: fc.nat({ max: 30 }).map((index) => `m${index}`),
    provider: fc.constantFrom('p', 'q', 'r'),
    priority: fc.nat({ max: 3 }),
    weight: fc.constantFrom(0.5, 1, 3),
    region: maybe(fc.constantFrom('eu', 'us')),
    dataPolicy: maybe(fc.record({ training: maybe(fc.boolean()) })),
    tags: maybe(fc.subarray(['x', 'y'])),
    window: maybe(fc.constantFrom({ timeZone: 'UTC', fromMinute: 17 }, { timeZone: 'UTC', toMinute: 17 })),
    quotas: maybe(
      fc.record({ requestsPerMinute: fc.constant(5), concurrency: fc.constant(3) }, { requiredKeys: ['concurrency'] }),
    ),
    price: amount,
  })
  .map(({ model, price, ...over }) => targetWith(model, over, price));
const targets = fc.oneof(fc.array(target, { maxLength: 8 }), fc.array(target, { minLength: 20, maxLength: 60 }));

const wishes: fc.Arbitrary<Wishes> = fc.record(
  { only: some(['P', 'q', 'r']), ignore: some(['p', 'kind-q']), order: fc.shuffledSubarray(['p', 'q', 'r']) },
  { requiredKeys: [] },
);
const facts = fc
  .record({ seed: fc.nat(), tier: maybe(fc.constant('gold')), usesTools: fc.boolean(), wishes: maybe(wishes) })
  .map(({ seed, ...over }) =>
    decidedFacts({
      ...over,
      requestId: `req_${seed}`,
      estimatedPromptTokens: TOKENS.prompt,
      maxCompletionTokens: TOKENS.completion,
    }),
  );
const states = fc.dictionary(
  fc.nat({ max: 30 }).map((index) => `m${index}`),
  fc
    .record({
      inFlight: fc.nat({ max: 4 }),
      requestsThisMinute: fc.nat({ max: 6 }),
      errorShare: fc.constantFrom(0, 0.9),
    })
    .map(stateWith),
);

const providers: ProviderEntry[] = ['p', 'q', 'r'].map((name) => ({
  name,
  kind: `kind-${name}`,
  options: {},
  ...(name === 'p' ? { region: 'eu' } : {}),
}));
const held = ({ when }: Rule, { usesTools, tier }: Facts): boolean =>
  when === undefined || (when.includes('usesTools') ? usesTools === true : tier === 'gold');

interface Given {
  readonly of: Facts;
  readonly by: RoutingPolicy;
  readonly entries: readonly TargetEntry[];
  readonly known: Readonly<Record<string, TargetState>>;
}
const given: fc.Arbitrary<Given> = fc.record({ of: facts, by: policy, entries: targets, known: states });

function decide({ of, by, entries, known }: Given): RoutingSlip | NoEligibleTarget {
  const table = routingTable({ revision: 1, providers, models: [modelWith(entries, { routing: by })] });
  try {
    const all = new Map(Object.entries(known));
    return planRoute(of, table, { ...liveWith({}), target: (_provider, model) => all.get(model) });
  } catch (error) {
    if (error instanceof NoEligibleTarget) return error;
    throw error;
  }
}

/** Whether a target may serve, in the plain words of the documentation and by none of the filters. */
function isFit(entry: TargetEntry, { of, by, known }: Given): boolean {
  const first = by.rules?.find((one) => held(one, of));
  const { only, ignore } = of.wishes ?? {};
  const isMeant = (names: string[]): boolean =>
    names.some((name) => [entry.provider, `kind-${entry.provider}`].includes(name.toLowerCase()));
  const state = new Map(Object.entries(known)).get(entry.model);
  const price = Number(entry.price.inputNanoUsdPerMillion);
  const region = entry.region ?? (entry.provider === 'p' ? 'eu' : undefined);
  return [
    ...[by.require ?? {}, first?.require ?? {}].flatMap((required) => [
      required.regions === undefined || (region !== undefined && required.regions.includes(region)),
      required.providers === undefined || required.providers.includes(entry.provider),
      required.notProviders?.includes(entry.provider) !== true,
      required.noTraining !== true || entry.dataPolicy?.training === false,
      price <= Number(required.mostInputNanoUsdPerMillion ?? Infinity),
      price <= Number(required.mostOutputNanoUsdPerMillion ?? Infinity),
      ((TOKENS.prompt + TOKENS.completion) * price) / 1e6 <= Number(required.mostCostNanoUsd ?? Infinity),
    ]),
    first?.onlyTags === undefined || first.onlyTags.some((tag) => entry.tags?.includes(tag)),
    only === undefined || isMeant(only),
    ignore === undefined || !isMeant(ignore),
    (entry.window?.fromMinute ?? 0) <= MINUTE_OF_DAY,
    (state?.inFlight ?? 0) < (entry.quotas?.concurrency ?? Infinity),
    (state?.requestsThisMinute ?? 0) < (entry.quotas?.requestsPerMinute ?? Infinity),
  ].every(Boolean);
}

const keyOf = ({ provider, model }: { provider: string; model: string }): string => `${provider}/${model}`;

/** The order of trying by a sort of all that is fit, with one column for each thing that may decide. */
function expectedOrder(fit: readonly TargetEntry[], { of, by, known }: Given): string[] {
  const random = seededRandom(of.requestId);
  const order = of.wishes?.order ?? [];
  const rows = fit.map((entry) => {
    const state = new Map(Object.entries(known)).get(entry.model);
    const wished = order.indexOf(entry.provider);
    const canary = by.canary && entry.tags?.includes('x') ? 1 - 2 * by.canary.share : 0;
    const byStrategy = { priority: entry.priority, least_busy: (state?.inFlight ?? 0) / entry.weight };
    const columns = [
      (state?.errorShare ?? 0) > 0.5 ? 1 : 0,
      canary,
      wished < 0 ? order.length : wished,
      new Map(Object.entries(byStrategy)).get(by.strategy?.kind ?? '') ?? 0,
      -Math.log(1 - random()) / entry.weight,
    ];
    return { key: keyOf(entry), columns };
  });
  const compare = (left: readonly number[], right: readonly number[]): number =>
    left.map((value, index) => value - (right[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
  return rows.toSorted((left, right) => compare(left.columns, right.columns)).map(({ key }) => key);
}

describe('a plan beside a plain reading of the policies', () => {
  it('has the targets that may serve, in the same order, as far as there is room', () => {
    fc.assert(
      fc.property(given, (one) => {
        // The first of those that are listed twice counts.
        const keys = one.entries.map(keyOf);
        const fit = one.entries.filter((entry, index) => keys.indexOf(keyOf(entry)) === index && isFit(entry, one));
        const slip = decide(one);
        expect(slip instanceof NoEligibleTarget ? [] : slip.targets.map(keyOf)).toEqual(
          expectedOrder(fit, one).slice(0, MOST),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it('tells of each target exactly once that it is planned, or by which filter it is not', () => {
    fc.assert(
      fc.property(given, (one) => {
        const slip = decide(one);
        const isRefused = slip instanceof NoEligibleTarget;
        const candidates = isRefused ? slip.candidates : slip.decision.candidates;
        expect(candidates.map(keyOf).toSorted()).toEqual([...new Set(one.entries.map(keyOf))].toSorted());
        for (const { outcome, filter, rank, reason } of candidates) {
          expect([filter === undefined, rank === undefined]).toEqual([outcome === 'planned', outcome !== 'planned']);
          expect(reason).not.toMatch(/^$|undefined|NaN/);
        }
        const beyond = candidates.filter(({ filter }) => filter === 'plan_length');
        if (beyond.length > 0) expect(isRefused ? 0 : slip.targets.length).toBe(MOST);
      }),
      { numRuns: 500 },
    );
  });
});
