import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type {
  Facts,
  ModelEntry,
  ProviderEntry,
  Requirements,
  RoutingSlip,
  TargetEntry,
  TargetState,
} from '#libs/contracts';
import { FILTERS } from './filters/filters.js';
import { quietState, type LiveState } from './live-state.js';
import { NoEligibleTarget } from './no-eligible-target.js';
import { planRoute } from './plan-route.policy.js';
import { decidedFacts, modelWith, stateWith, targetWith } from './routing.fixture.js';
import { routingTable, type RoutingTable } from './routing-table.js';

const NOW = 1_000_000;
const REGIONS = ['eu', 'us', 'ap'];
const PROVIDERS = ['p', 'q', 'r'];
const TAGS = ['x', 'y'];
const NAMES = ['small', 'large', 'other'];
const OUTSIDE = ['unknown_model', 'unknown_target', 'wished_targets', 'plan_length', 'access', 'tier', 'rule'];

const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined });
const some = (of: string[]): fc.Arbitrary<string[]> => fc.subarray(of, { minLength: 1 });
const amount = fc.nat({ max: 5 }).map(String);

const requirements: fc.Arbitrary<Requirements> = fc.record(
  {
    regions: some(REGIONS),
    providers: some(PROVIDERS),
    notProviders: fc.subarray(PROVIDERS, { minLength: 1, maxLength: 1 }),
    noTraining: fc.boolean(),
    zeroRetention: fc.boolean(),
    mostInputNanoUsdPerMillion: amount,
    mostOutputNanoUsdPerMillion: amount,
  },
  { requiredKeys: [] },
);

const access = fc.record(
  { organizations: some(['demo', 'acme']), tiers: some(['gold', 'free']) },
  { requiredKeys: [] },
);

const target: fc.Arbitrary<TargetEntry> = fc
  .record({
    model: fc.constantFrom('m1', 'm2', 'm3', 'm4', 'm5'),
    provider: fc.constantFrom(...PROVIDERS),
    region: maybe(fc.constantFrom(...REGIONS)),
    dataPolicy: maybe(fc.record({ training: maybe(fc.boolean()), retention: maybe(fc.boolean()) })),
    tags: maybe(fc.subarray(TAGS)),
    access: maybe(access),
    limits: maybe(fc.record({ contextWindow: fc.constantFrom(10, 1_000), abilities: fc.subarray(['tools' as const]) })),
    price: amount,
  })
  .map(({ model, price, ...over }) => targetWith(model, over, price));

const policy = fc.record(
  {
    require: requirements,
    access,
    callersWishes: fc.boolean(),
    strategy: fc.constantFrom(
      { kind: 'weighted' as const },
      { kind: 'lowest_cost' as const },
      { kind: 'least_busy' as const },
    ),
    rules: fc.array(
      fc.record(
        {
          name: fc.constantFrom('one', 'two'),
          when: fc.constantFrom('request.tier == "gold"', 'request.usesTools', 'budget.usedShare > 0.5'),
          require: requirements,
          onlyTags: some(TAGS),
          useModel: fc.constantFrom(...NAMES),
        },
        { requiredKeys: ['name'] },
      ),
      { maxLength: 2 },
    ),
    fallbacks: fc.record(
      { models: some(NAMES), contextTooLong: some(NAMES), contentFilter: some(NAMES) },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

const model = (name: string): fc.Arbitrary<ModelEntry> =>
  fc
    .tuple(fc.array(target, { maxLength: 8 }), policy)
    .map(([targets, routing]) => modelWith(targets, { name, routing }));

const wishes: fc.Arbitrary<Facts['wishes']> = fc.record(
  {
    models: some([...NAMES, 'nowhere']),
    only: some(PROVIDERS),
    ignore: some(['P']),
    order: some(PROVIDERS),
    allowFallbacks: fc.boolean(),
    noTraining: fc.boolean(),
    zeroRetention: fc.boolean(),
    sort: fc.constantFrom('price' as const, 'latency' as const),
    targets: fc.array(
      fc.record(
        { provider: fc.constantFrom(...PROVIDERS, 'nobody'), model: fc.constantFrom(...NAMES, 'm1') },
        { requiredKeys: [] },
      ),
      { minLength: 1, maxLength: 3 },
    ),
    mode: fc.constantFrom('fallback' as const, 'loadbalance' as const),
  },
  { requiredKeys: [] },
);

const facts = fc
  .record({
    seed: fc.nat(),
    tier: maybe(fc.constantFrom('gold', 'free')),
    budgetUsedShare: maybe(fc.double({ min: 0, max: 2, noNaN: true })),
    budgetLeftNanoUsd: maybe(fc.constantFrom('-1', '0', '1000')),
    usesTools: fc.boolean(),
    lane: fc.constantFrom('interactive' as const, 'durable' as const),
    wishes: maybe(wishes),
  })
  .map(({ seed, ...over }) => decidedFacts({ requestId: `req_${String(seed).padStart(32, '0')}`, ...over }));

const state: fc.Arbitrary<TargetState> = fc
  .record({
    coolingUntil: maybe(fc.constantFrom(NOW, NOW + 1)),
    breaker: maybe(
      fc.record({
        state: fc.constantFrom('open' as const, 'probing' as const),
        since: fc.constant(0),
        until: fc.constantFrom(NOW, NOW + 1),
        openings: fc.constant(1),
        reason: fc.constant('overloaded' as const),
      }),
    ),
  })
  .map(stateWith);

const live: fc.Arbitrary<LiveState> = fc.dictionary(fc.constantFrom('m1', 'm2', 'm3'), state).map((states) => ({
  ...quietState(NOW),
  target: (_provider, name) => (Object.hasOwn(states, name) ? states[name] : undefined),
}));

const providers: ProviderEntry[] = PROVIDERS.map((name) => ({ name, kind: `kind-${name}`, options: {} }));
const table = fc.tuple(...NAMES.map(model)).map((models) => routingTable({ revision: 1, providers, models }));

function decide(of: Facts, by: RoutingTable, now: LiveState): RoutingSlip | NoEligibleTarget {
  try {
    return planRoute(of, by, now);
  } catch (error) {
    if (error instanceof NoEligibleTarget) return error;
    throw error;
  }
}

/** What speaks against a planned target, by the plain words of requirements and independent of the filters. */
function violated(required: Requirements, { provider, region, dataPolicy, price }: TargetEntry): string | undefined {
  if (required.regions && !required.regions.includes(region ?? '')) return 'regions';
  if (required.providers && !required.providers.includes(provider)) return 'providers';
  if (required.notProviders?.includes(provider)) return 'notProviders';
  if (required.noTraining && dataPolicy?.training !== false) return 'noTraining';
  if (required.zeroRetention && dataPolicy?.retention !== false) return 'zeroRetention';
  if (BigInt(price.inputNanoUsdPerMillion) > BigInt(required.mostInputNanoUsdPerMillion ?? 9)) return 'input';
  return BigInt(price.outputNanoUsdPerMillion) > BigInt(required.mostOutputNanoUsdPerMillion ?? 9)
    ? 'output'
    : undefined;
}

function mayUse(allowed: TargetEntry['access'], { organization, tier }: Facts): boolean {
  if (allowed?.organizations && !allowed.organizations.includes(organization)) return false;
  return !allowed?.tiers || allowed.tiers.includes(tier ?? '');
}

describe('a plan, whatever the policies and the state of the world', () => {
  it('holds no target that violates a requirement of the models asked for and serving, of the caller or of access', () => {
    fc.assert(
      fc.property(facts, table, live, (of, by, now) => {
        const slip = decide(of, by, now);
        if (slip instanceof NoEligibleTarget) return;
        const asked = by.models.get(of.model);
        const isAsked = slip.targets.some((planned) => {
          const pause = now.target(planned.provider, planned.model)?.coolingUntil ?? 0;
          return planned.onlyAfter === undefined && pause <= NOW;
        });
        for (const planned of slip.targets) {
          const serving = by.models.get(planned.servesModel ?? of.model);
          const entry = serving?.targets.find(
            (one) => one.provider === planned.provider && one.model === planned.model,
          );
          if (!asked || !serving || !entry) throw new Error('A planned target is not configured.');
          const { noTraining, zeroRetention } = of.wishes ?? {};
          for (const required of [asked.routing?.require, serving.routing?.require, { noTraining, zeroRetention }]) {
            expect(required && violated(required, entry)).toBeUndefined();
          }
          expect([asked.routing?.access, serving.routing?.access, entry.access].map((one) => mayUse(one, of))).toEqual([
            true,
            true,
            true,
          ]);
          if (of.usesTools && entry.limits?.abilities) expect(entry.limits.abilities).toContain('tools');
          const known = of.lane === 'interactive' ? now.target(entry.provider, entry.model) : undefined;
          expect(known?.breaker?.until ?? 0).toBeLessThanOrEqual(NOW);
          // Providers that asked for a pause get it, unless there is nobody else.
          if (isAsked) expect(known?.coolingUntil ?? 0).toBeLessThanOrEqual(NOW);
        }
      }),
      { numRuns: 1_500 },
    );
  });

  it('is the same for the same request, policies and state', () => {
    fc.assert(
      fc.property(facts, table, live, (of, by, now) => {
        expect(decide(of, by, now)).toEqual(decide(of, by, now));
      }),
      { numRuns: 300 },
    );
  });

  it('tells of each candidate once whether it is planned, and of each that is not by which filter', () => {
    const filters = new Set([...FILTERS.map(({ name }) => name), ...OUTSIDE]);
    fc.assert(
      fc.property(facts, table, live, (of, by, now) => {
        const slip = decide(of, by, now);
        const isRefused = slip instanceof NoEligibleTarget;
        const candidates = isRefused ? slip.candidates : slip.decision.candidates;
        const planned = candidates.filter(({ outcome }) => outcome === 'planned');
        const dropped = candidates.filter(({ outcome }) => outcome === 'dropped');
        expect(planned.map(({ provider, model: name }) => [provider, name])).toEqual(
          isRefused ? [] : slip.targets.map(({ provider, model: name }) => [provider, name]),
        );
        expect(planned.map(({ rank }) => rank)).toEqual(planned.map((_one, index) => index));
        for (const { filter } of dropped) expect(filters).toContain(filter);
        if (of.wishes?.targets || isRefused) return;
        const own = new Set(by.targets.get(by.models.get(of.model)?.name ?? '')?.map(({ key }) => key));
        const told = candidates.map(({ provider, model: name }) => `${provider}/${name}`);
        if (slip.decision.rule === undefined) for (const key of own) expect(told).toContain(key);
        const usual = slip.targets.filter(({ onlyAfter }) => onlyAfter === undefined);
        expect(new Set(usual.map(({ provider, model: name }) => `${provider}/${name}`)).size).toBe(usual.length);
      }),
      { numRuns: 500 },
    );
  });
});
