import { describe, expect, it } from '@jest/globals';
import {
  array,
  assert,
  boolean,
  constantFrom,
  double,
  integer,
  property,
  record,
  uniqueArray,
  type Arbitrary,
} from 'fast-check';
import { stringify } from 'yaml';

import { snapshotSchema } from '#libs/contracts';

import { sealConfiguration } from '../../apply-configuration/seal-configuration.js';
import { compileText } from './policy-file.fixture.js';

/** A record of which each field may be absent. */
const some = (fields: Record<string, Arbitrary<unknown>>): Arbitrary<object> => record(fields, { requiredKeys: [] });

const part = double({ min: 0, max: 1, noNaN: true });
const stickyBy = constantFrom('session', 'user', 'key', 'project');
const percentile = constantFrom(50, 90, 95, 99);
const tags = uniqueArray(constantFrom('fast', 'new'), { minLength: 1 });

const strategy = constantFrom<unknown>(
  'priority',
  'round-robin',
  'usage',
  'score',
  { kind: 'lowest-latency', percentile: 99 },
  { kind: 'consistent-hash', by: 'key' },
  { kind: 'score', quality: 1, throughput: 0.5 },
);

const window = record(
  {
    timeZone: constantFrom('UTC', 'Europe/Berlin', 'America/New_York'),
    days: uniqueArray(constantFrom('mon', 'wed', 'sun'), { minLength: 1 }),
    from: constantFrom('00:00', '09:30', '22:00'),
    to: constantFrom('06:00', '17:00', '24:00'),
  },
  { requiredKeys: ['timeZone'] },
);

const requirements = record(
  {
    notProviders: constantFrom(['spare']),
    regions: constantFrom(['eu'], ['eu', 'us']),
    noTraining: boolean(),
    zeroRetention: boolean(),
    maxInputPerMillion: constantFrom('2', '15.5'),
    maxCost: constantFrom('0', '0.50'),
  },
  { requiredKeys: ['notProviders'] },
);

const rules = array(
  record(
    {
      when: constantFrom('request.stream', 'now.hour > 8', 'request.promptTokens > 1000'),
      window,
      // oxlint-disable-next-line unicorn/no-thenable -- the word of the file, made to be printed
      then: some({ model: constantFrom('large', 'auto:best'), strategy, require: requirements }),
    },
    { requiredKeys: ['when', 'then'] },
  ),
  { maxLength: 3 },
).map((all) => all.map((rule, place) => ({ name: `rule-${place}`, ...rule })));

const target = some({
  region: constantFrom('eu'),
  quality: part,
  tags,
  window,
  access: constantFrom<unknown>({ organizations: ['demo'], deny: { keys: ['ci'] } }, { tiers: ['gold'] }),
  quotas: some({ requestsPerMinute: integer({ min: 1, max: 1_000 }), concurrency: integer({ min: 1, max: 9 }) }),
});

const retry = record(
  { attempts: integer({ min: 0, max: 20 }), backoffMs: integer({ min: 0, max: 900 }) },
  { requiredKeys: ['attempts'] },
);

const policies = some({
  strategy,
  rules,
  require: requirements,
  access: constantFrom<unknown>({ projects: ['demo/default'] }, { keys: ['demo/default/ci'] }),
  sticky: stickyBy,
  canary: record({ tag: constantFrom('first'), share: part, by: stickyBy }, { requiredKeys: ['tag', 'share'] }),
  fallbacks: some({ models: constantFrom(['large']), contextTooLong: constantFrom(['large:nitro']) }),
  failures: some({ rate_limit: record({ retry }), content_filter: record({ goOn: boolean() }) }),
  deadlineMs: integer({ min: 1, max: 3_600_000 }),
  onCut: constantFrom('error', 'rescue'),
  hedge: some({ percentile, minMs: integer({ min: 0, max: 500 }), maxMs: integer({ min: 500, max: 9_000 }) }),
  shadow: record({ model: constantFrom('large'), share: part }),
  cache: record({ seconds: integer({ min: 1, max: 86_400 }), priceShare: part }, { requiredKeys: ['seconds'] }),
  callersWishes: constantFrom('follow', 'ignore'),
});

const breaker = some({
  consecutiveFailures: integer({ min: 1, max: 50 }),
  failureShare: double({ min: 0.01, max: 1, noNaN: true }),
  maxCoolDownMs: integer({ min: 2_000, max: 60_000 }),
});

const PROMISES = { training: false, retention: false };
const OPEN = { provider: 'toy', model: 'sim-first', region: 'eu', dataPolicy: PROMISES, tags: ['first'] };

/** Good files with policies of every kind; one target of each model meets whatever may be required. */
const goodFile = record({ policies, target, breaker }).map((given) => ({
  version: 1,
  providers: { toy: { kind: 'sim' }, spare: { kind: 'sim', region: 'us', dataPolicy: { training: true } } },
  models: [
    { name: 'small', targets: [OPEN, { provider: 'spare', model: 'sim-second', ...given.target }], ...given.policies },
    { name: 'large', targets: [{ ...OPEN, model: 'sim-large' }] },
    { name: 'weak', targets: [{ ...OPEN, model: 'sim-weak' }] },
    { name: 'auto', auto: { weak: 'weak', strong: 'large' } },
  ],
  organizations: [
    { name: 'demo', projects: [{ name: 'default', tier: 'gold', keys: [{ name: 'ci', key: 'sk-demo-key-1' }] }] },
  ],
  breaker: given.breaker,
}));

describe('a good file with policies', () => {
  it('compiles to what the schema of snapshots reads without a loss', () => {
    const secretKey = new Uint8Array(32).fill(1);
    assert(
      property(goodFile, (file) => {
        const result = compileText(stringify(file, { aliasDuplicateObjects: false }));
        if (!result.isValid) throw new Error(JSON.stringify(result.problems));
        const { content } = sealConfiguration(result.configuration, { secretKey, adminKeySha256: undefined });
        const snapshot = { version: 1 as const, revision: 1, createdAt: 0, ...content };

        expect(snapshotSchema.parse(JSON.parse(JSON.stringify(snapshot)))).toEqual(snapshot);
      }),
      { numRuns: 100 },
    );
  });
});
