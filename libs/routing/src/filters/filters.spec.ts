import { describe, expect, it } from '@jest/globals';
import type { Facts, ProviderEntry, RoutingPolicy, TargetEntry, TargetState } from '#libs/contracts';
import { planRoute } from '../plan-route.policy.js';
import { decidedFacts, liveWith, modelWith, stateWith, targetWith } from '../routing.fixture.js';
import { routingTable } from '../routing-table.js';

const NOW = 1_000_000;
const main: ProviderEntry = { name: 'main', kind: 'openai', options: {} };

interface Case {
  readonly target?: Partial<TargetEntry>;
  readonly provider?: Partial<ProviderEntry>;
  readonly facts?: Partial<Facts>;
  readonly policy?: RoutingPolicy;
  readonly state?: Partial<TargetState>;
}

/** The filter that leaves the target out, or undefined where it stays. Another target is always there to be planned. */
function filterAgainst({ target, provider, facts, policy, state }: Case): string | undefined {
  const spare = targetWith('spare', {
    provider: 'spare',
    region: 'eu',
    dataPolicy: { training: false, retention: false },
    tags: ['fast', 'new'],
    limits: { inputModalities: ['text', 'image'], abilities: ['tools', 'json_schema'], maxOutputTokens: 9_000 },
  });
  const table = routingTable({
    revision: 1,
    providers: [
      { ...main, ...provider },
      { name: 'spare', kind: 'spare', options: {} },
    ],
    models: [modelWith([targetWith('asked', target), spare], { routing: policy })],
  });
  const slip = planRoute(decidedFacts(facts), table, liveWith(state ? { asked: stateWith(state) } : {}));
  expect(slip.decision.candidates.find(({ model }) => model === 'spare')?.outcome).toBe('planned');
  return slip.decision.candidates.find(({ model }) => model === 'asked')?.filter;
}

const price = (over: Partial<TargetEntry['price']>): Partial<TargetEntry> => ({
  price: { ...targetWith('x').price, ...over },
});

describe('a target is left out by', () => {
  it.each<[filter: string, why: string, of: Case]>([
    ['access', 'other organisations', { target: { access: { organizations: ['acme'] } } }],
    ['access', 'a project of the same name elsewhere', { target: { access: { projects: ['acme/default'] } } }],
    ['access', 'other keys', { target: { access: { keys: ['acme/default/ci', 'cd'] } } }],
    [
      'access',
      'a denial beside a permission',
      { target: { access: { organizations: ['demo'], deny: { keys: ['demo/default/ci'] } } } },
    ],
    ['access', 'a denied tier', { target: { access: { deny: { tiers: ['free'] } } }, facts: { tier: 'free' } }],
    ['tier', 'other tiers', { target: { access: { tiers: ['gold'] } }, facts: { tier: 'free' } }],
    ['tier', 'a caller without a tier', { target: { access: { tiers: ['gold'] } } }],
    ['wished_providers', 'only', { facts: { wishes: { only: ['spare'] } } }],
    ['wished_providers', 'ignore by kind, in any case', { facts: { wishes: { ignore: ['OpenAI'] } } }],
    ['wished_providers', 'a closed order', { facts: { wishes: { order: ['spare'], allowFallbacks: false } } }],
    ['tags', 'a rule', { policy: { rules: [{ name: 'fast', onlyTags: ['fast', 'slow'] }] } }],
    ['providers', 'allowed providers', { policy: { require: { providers: ['spare'] } } }],
    ['providers', 'forbidden providers', { policy: { require: { notProviders: ['main'] } } }],
    ['region', 'another region', { target: { region: 'us' }, policy: { require: { regions: ['eu'] } } }],
    ['region', 'an unknown region', { policy: { require: { regions: ['eu'] } } }],
    [
      'region',
      'its own region, whatever the provider has',
      { target: { region: 'us' }, provider: { region: 'eu' }, policy: { require: { regions: ['eu'] } } },
    ],
    ['region', 'a rule', { policy: { rules: [{ name: 'eu', require: { regions: ['eu'] } }] } }],
    ['data_policy', 'unknown training', { facts: { wishes: { noTraining: true } } }],
    [
      'data_policy',
      'retention',
      { target: { dataPolicy: { retention: true } }, policy: { require: { zeroRetention: true } } },
    ],
    [
      'data_policy',
      'wishes that policy does not follow',
      { facts: { wishes: { zeroRetention: true } }, policy: { callersWishes: false } },
    ],
    ['window', 'the time', { target: { window: { timeZone: 'UTC', fromMinute: 60 } } }],
    [
      'modality',
      'images',
      { target: { limits: { inputModalities: ['text'] } }, facts: { inputModalities: ['image'] } },
    ],
    ['modality', 'unknown senses', { facts: { inputModalities: ['image'], wishes: { requireParameters: true } } }],
    ['abilities', 'tools', { target: { limits: { abilities: ['json_schema'] } }, facts: { usesTools: true } }],
    ['abilities', 'schemas', { target: { limits: { abilities: ['tools'] } }, facts: { jsonSchema: true } }],
    ['abilities', 'unknown abilities', { facts: { usesTools: true, wishes: { requireParameters: true } } }],
    ['context_window', 'a long prompt', { target: { limits: { contextWindow: 49 } } }],
    [
      'output_limit',
      'a long answer',
      {
        target: { limits: { maxOutputTokens: 10 } },
        facts: { maxCompletionTokens: 11, wishes: { requireParameters: true } },
      },
    ],
    [
      'price',
      'the prompt',
      {
        target: price({ inputNanoUsdPerMillion: '1001' }),
        policy: { require: { mostInputNanoUsdPerMillion: '1000' } },
      },
    ],
    [
      'price',
      'the answer',
      {
        target: price({ outputNanoUsdPerMillion: '1001' }),
        policy: { require: { mostOutputNanoUsdPerMillion: '1000' } },
      },
    ],
    [
      'price',
      'each request',
      { target: price({ nanoUsdPerRequest: '2' }), facts: { wishes: { maxPrice: { requestNanoUsd: '1' } } } },
    ],
    [
      'price',
      'a price that is not known',
      {
        target: price({ isWithoutTokenPrice: true }),
        facts: { wishes: { maxPrice: { promptNanoUsdPerMillion: '1000' } } },
      },
    ],
    [
      'price',
      'the tier of a long prompt',
      {
        target: price({
          tiers: [{ abovePromptTokens: 99, inputNanoUsdPerMillion: '2000', outputNanoUsdPerMillion: '1' }],
        }),
        facts: { wishes: { maxPrice: { promptNanoUsdPerMillion: '1000' } } },
      },
    ],
    [
      'cost',
      'the whole call',
      { target: { limits: { maxOutputTokens: 1_000_000 } }, policy: { require: { mostCostNanoUsd: '999' } } },
    ],
    [
      'cost',
      'all answers together',
      {
        target: { limits: { maxOutputTokens: 125_000 } },
        facts: { choices: 8 },
        policy: { require: { mostCostNanoUsd: '999' } },
      },
    ],
    [
      'cost',
      'all images together',
      {
        target: price({ isWithoutTokenPrice: true, nanoUsdPerImage: '200' }),
        facts: { operation: 'image_generation', choices: 8 },
        policy: { require: { mostCostNanoUsd: '1599' } },
      },
    ],
    [
      'cost',
      'what nobody knows',
      { target: price({ isWithoutTokenPrice: true }), policy: { require: { mostCostNanoUsd: '999' } } },
    ],
    [
      'budget',
      'more than is left of it',
      { target: { limits: { maxOutputTokens: 1_000_000 } }, facts: { budgetLeftNanoUsd: '999' } },
    ],
    ['budget', 'of its provider that is used up', { facts: { exhaustedProviders: ['main'] } }],
    ['withheld', 'a limit or a pause of its provider', { facts: { withheldProviders: ['main'] } }],
    [
      'withheld',
      'whatever policy makes of wishes',
      { policy: { callersWishes: false }, facts: { withheldProviders: ['main'] } },
    ],
    ['withheld', 'work that nobody waits for', { facts: { lane: 'durable', withheldProviders: ['main'] } }],
    [
      'budget',
      'what nobody knows',
      { target: price({ isWithoutTokenPrice: true }), facts: { budgetLeftNanoUsd: '1000' } },
    ],
    [
      'price',
      'an amount that the operation needs',
      { target: price({ isWithoutTokenPrice: true }), facts: { operation: 'image_generation' } },
    ],
    ['quota', 'requests', { target: { quotas: { requestsPerMinute: 5 } }, state: { requestsThisMinute: 5 } }],
    ['quota', 'tokens', { target: { quotas: { tokensPerMinute: 500 } }, state: { tokensThisMinute: 401 } }],
    ['quota', 'calls at once', { target: { quotas: { concurrency: 2 } }, state: { inFlight: 2 } }],
    ['cooling', 'a pause', { state: { coolingUntil: NOW + 1 } }],
    [
      'health',
      'an open breaker',
      { state: { breaker: { state: 'open', since: 0, until: NOW + 1, openings: 1, reason: 'overloaded' } } },
    ],
    [
      'health',
      "another's probe",
      { state: { breaker: { state: 'probing', since: 0, until: NOW + 1, openings: 1, reason: 'overloaded' } } },
    ],
  ])('%s: %s', (filter, _why, of) => {
    expect(filterAgainst(of)).toBe(filter);
  });

  it.each<[why: string, of: Case]>([
    [
      'everything that is named',
      { target: { access: { organizations: ['demo'], projects: ['demo/default'], keys: ['ci'] } } },
    ],
    ['a denial of a tier, to a caller without one', { target: { access: { deny: { tiers: ['free'] } } } }],
    ['only, by kind', { facts: { wishes: { only: ['OPENAI', 'spare'] } } }],
    ['an open order', { facts: { wishes: { order: ['spare'] } } }],
    [
      'only, where policy follows no wishes',
      { facts: { wishes: { only: ['spare'] } }, policy: { callersWishes: false } },
    ],
    [
      'one of the tags',
      { target: { tags: ['new'] }, policy: { rules: [{ name: 'fast', onlyTags: ['fast', 'new'] }] } },
    ],
    ["the provider's region", { provider: { region: 'eu' }, policy: { require: { regions: ['eu'] } } }],
    [
      "the provider's contract",
      { provider: { dataPolicy: { training: false } }, policy: { require: { noTraining: true } } },
    ],
    ['the hours', { target: { window: { timeZone: 'UTC', toMinute: 60 } } }],
    ['senses and abilities that are not known', { facts: { inputModalities: ['image'], usesTools: true } }],
    [
      'a long answer where nobody insists',
      { target: { limits: { maxOutputTokens: 10 } }, facts: { maxCompletionTokens: 11 } },
    ],
    [
      'a price at the ceiling',
      { policy: { require: { mostInputNanoUsdPerMillion: '1000', mostOutputNanoUsdPerMillion: '1000' } } },
    ],
    [
      'a cost at the ceiling',
      { target: { limits: { maxOutputTokens: 999_900 } }, policy: { require: { mostCostNanoUsd: '1000' } } },
    ],
    [
      'a cost at the ceiling by what the model can give, though the caller allows more',
      {
        target: { limits: { maxOutputTokens: 999_900 } },
        facts: { maxCompletionTokens: 1_000_000_000 },
        policy: { require: { mostCostNanoUsd: '1000' } },
      },
    ],
    [
      'a cost of several answers at the ceiling',
      {
        target: { limits: { maxOutputTokens: 124_900 } },
        facts: { choices: 8, estimatedPromptTokens: 800 },
        policy: { require: { mostCostNanoUsd: '1000' } },
      },
    ],
    [
      'a cost as high as what is left of the budget',
      { target: { limits: { maxOutputTokens: 999_900 } }, facts: { budgetLeftNanoUsd: '1000', budgetUsedShare: 0.99 } },
    ],
    [
      'the last request of a minute',
      { target: { quotas: { requestsPerMinute: 5 } }, state: { requestsThisMinute: 4 } },
    ],
    ['the last tokens of a minute', { target: { quotas: { tokensPerMinute: 500 } }, state: { tokensThisMinute: 400 } }],
    [
      'a request larger than the quota, in a minute without others',
      { target: { quotas: { tokensPerMinute: 50 } }, state: {} },
    ],
    [
      'the amount that the operation needs',
      {
        target: price({ isWithoutTokenPrice: true, nanoUsdPerImage: '5' }),
        facts: { operation: 'image_generation' },
      },
    ],
    ['a pause that is over', { state: { coolingUntil: NOW } }],
    [
      'a breaker whose time is over',
      { state: { breaker: { state: 'open', since: 0, until: NOW, openings: 1, reason: 'overloaded' } } },
    ],
    [
      'quota, pause and breaker in the durable lane',
      {
        target: { quotas: { requestsPerMinute: 1, tokensPerMinute: 1, concurrency: 1 } },
        facts: { lane: 'durable' },
        state: {
          requestsThisMinute: 9,
          tokensThisMinute: 9,
          inFlight: 9,
          coolingUntil: NOW + 1,
          breaker: { state: 'open', since: 0, until: NOW + 1, openings: 1, reason: 'overloaded' },
        },
      },
    ],
  ])('nothing where it meets %s', (_why, of) => {
    expect(filterAgainst(of)).toBeUndefined();
  });
});
