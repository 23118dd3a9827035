import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { array, constantFrom, integer, nat, option, record, sample, subarray } from 'fast-check';
import { costReportReplySchema, type Caller, type CostReport, type RequestEnded } from '#libs/contracts';
import { costOf, withMarkup } from '#libs/pricing';
import type { Database } from '#libs/storage';
import { createLogger } from '#libs/telemetry';
import { buildAttempt, buildRequestEnded } from '#libs/testing';
import { createBillingTables, type BillingTables } from '../billing-tables.fixture.js';
import { LedgerAccounts } from '../keep-ledger/ledger-accounts.repository.js';
import { LedgerNumbers } from '../keep-ledger/ledger-numbers.repository.js';
import { priceEvent } from '../price-call/charge.policy.js';
import { ChargesRepository } from '../price-call/charges.repository.js';
import { PriceVersionsRepository } from '../price-call/price-versions.repository.js';
import { SummedDaysRepository } from '../sum-up-days/summed-days.repository.js';
import { SumUpDaysRunner } from '../sum-up-days/sum-up-days.runner.js';
import { VerifyLedgerHandler } from '../verify-ledger/verify-ledger.handler.js';
import { AnswerCostsController } from './answer-costs.controller.js';
import { AnswerCostsHandler } from './answer-costs.handler.js';
import { CostsRepository } from './costs.repository.js';

const silent = createLogger({ service: 'test', level: 'silent' });
const CHEAP = 'price_0123456789abcdef';
const DEAR = 'price_fedcba9876543210';
const amounts = { inputNanoUsdPerMillion: '400000007', outputNanoUsdPerMillion: '1600000003' };
const dearAmounts = { inputNanoUsdPerMillion: '5000000011', outputNanoUsdPerMillion: '25000000013' };
const prices = new Map([
  [CHEAP, amounts],
  [DEAR, dearAmounts],
]);
const START = Date.UTC(2026, 9, 1);
const admin: Caller = { organization: 'house', project: 'default', key: 'bootstrap', admin: true };
const all = { from: START, to: START + 90 * 86_400_000 };

const eventShape = record({
  organization: constantFrom('demo', 'acme'),
  project: constantFrom('default', 'search'),
  key: constantFrom('ci', 'prod'),
  model: constantFrom('small', 'big'),
  operation: constantFrom('chat', 'embeddings'),
  tags: subarray(['nightly', 'eu']),
  endUser: option(constantFrom('ann', 'ben'), { nil: undefined }),
  hour: nat({ max: 24 * 40 }),
  markupMillionths: constantFrom(0, 0, 250_000, -100_000),
  hold: option(integer({ min: 0, max: 2_000_000 }), { nil: undefined }),
  calls: array(
    record({
      provider: constantFrom('main', 'other'),
      outcome: constantFrom('succeeded' as const, 'failed' as const),
      promptTokens: nat({ max: 9_999 }),
      completionTokens: nat({ max: 2_999 }),
    }),
    { minLength: 0, maxLength: 3 },
  ),
});

describe('answers on costs', () => {
  let tables: BillingTables;
  let database: Database;
  let controller: AnswerCostsController;
  const events = sample(eventShape, { numRuns: 400, seed: 11 }).map(
    ({ hour, tags, calls, endUser, hold, markupMillionths, ...place }) => ({
      markupMillionths,
      event: buildRequestEnded({
        ...place,
        endedAt: START + hour * 3_600_000 + 5,
        facts: { tags },
        ...(endUser === undefined ? {} : { endUser }),
        ...(hold === undefined ? {} : { hold: { nanoUsd: String(hold), leases: [] } }),
        attempts: calls.map(({ provider, outcome, ...usage }) =>
          buildAttempt({ provider, outcome, priceVersion: CHEAP, usage }),
        ),
      }),
    }),
  );
  const priced = events.map(({ event, markupMillionths }) =>
    priceEvent(event, prices, { markupMillionths, dearest: DEAR }),
  );
  const report = async (query: Partial<CostReport>, caller: Caller = admin) =>
    costReportReplySchema.parse(
      await controller.report({ caller, bucket: 'day', groupBy: [], only: {}, ...all, ...query }),
    ).rows;

  beforeAll(async () => {
    tables = await createBillingTables();
    ({ database } = tables);
    const versions = new PriceVersionsRepository(database);
    await versions.add(
      [...prices].map(([version, amountsOf]) => ({ version, provider: 'main', model: 'm', prices: amountsOf })),
    );
    const charges = new ChargesRepository(database, new LedgerAccounts(database), new LedgerNumbers(database));
    // Replays, in whatever batches and order, change nothing.
    const given = [...priced, ...priced.slice(0, 150).toReversed()];
    const days = new SumUpDaysRunner(new SummedDaysRepository(database), silent);
    for (let from = 0; from < given.length; from += 37) {
      if (from === 37 * 5) expect(await days.sumUp()).toBeGreaterThan(30);
      const batch = new Map(given.slice(from, from + 37).map((each) => [each.event.requestId, each]));
      await charges.record([...batch.values()]);
    }
    controller = new AnswerCostsController(
      new AnswerCostsHandler(new CostsRepository(database, new SummedDaysRepository(database))),
    );
  });
  afterAll(() => tables.drop());

  const sum = (values: readonly bigint[]) => values.reduce((total, value) => total + value, 0n);
  const groupsOf: Record<string, (event: RequestEnded) => string[]> = {
    organization: ({ organization }) => [organization],
    project: ({ project }) => [project],
    key: ({ key }) => [key],
    model: ({ model }) => [model],
    tag: ({ facts }) => [...new Set(facts?.tags)],
    end_user: ({ endUser }) => (endUser === undefined ? [] : [endUser]),
  };

  it.each(Object.entries(groupsOf))('are by %s what the charges come to, one by one', async (group, namesOf) => {
    const rows = await report({ bucket: 'month', groupBy: [group as 'model'] });
    const names = new Set(priced.flatMap(({ event }) => namesOf(event)));
    for (const name of names) {
      const ours = priced.filter(({ event }) => namesOf(event).includes(name));
      const found = rows.filter(({ groups }) => groups[0] === name);
      const total = (pick: (row: (typeof rows)[number]) => string | undefined) =>
        sum(found.map((row) => BigInt(pick(row) ?? '0')));
      expect(found.reduce((count, { requests }) => count + requests, 0)).toBe(ours.length);
      expect(total((row) => row.chargedNanoUsd)).toBe(sum(ours.map((one) => one.costNanoUsd - one.overrunNanoUsd)));
      expect(total((row) => row.books?.overrunNanoUsd)).toBe(sum(ours.map((one) => one.overrunNanoUsd)));
      expect(total((row) => row.books?.wasteNanoUsd)).toBe(sum(ours.map((one) => one.wasteNanoUsd)));
    }
    expect(new Set(rows.map(({ groups }) => groups[0]))).toEqual(names);
  });

  it('are by provider what its calls cost, whoever answered in the end', async () => {
    const rows = await report({ bucket: 'month', groupBy: ['provider'] });
    for (const provider of ['main', 'other']) {
      const ofProvider = priced.flatMap(({ lines }) => lines).filter((line) => line.provider === provider);
      const found = rows.filter(({ groups }) => groups[0] === provider);
      for (const [payer, field] of [
        ['caller', 'providerCostNanoUsd'],
        ['platform', 'wasteNanoUsd'],
      ] as const) {
        const lines = ofProvider.filter((line) => line.payer === payer);
        expect(sum(found.map((row) => BigInt(row.books?.[field] ?? '')))).toBe(
          sum(lines.map(({ costNanoUsd }) => costNanoUsd)),
        );
      }
    }
  });

  it('tell as saved what the usage would have cost at the dearest price, less what it cost', async () => {
    const naive = events.map(({ event, markupMillionths }, index) => {
      const { lines, costNanoUsd } = priced[index]!;
      const ofCaller = lines.filter(({ payer }) => payer === 'caller');
      if (event.operation !== 'chat' || ofCaller.length === 0) return 0n;
      const dear = sum(ofCaller.map(({ usage }) => costOf(usage, dearAmounts)));
      return withMarkup(dear, markupMillionths) - costNanoUsd;
    });
    const rows = await report({ bucket: 'hour', groupBy: ['model', 'project'] });
    expect(sum(rows.map(({ savedNanoUsd }) => BigInt(savedNanoUsd)))).toBe(sum(naive));
    expect(sum(naive)).toBeGreaterThan(0n);
  });

  it('are in buckets of UTC, bounded to hours, and by one or several values', async () => {
    const days = await report({ only: { model: ['small'], project: ['search', 'default'] } });
    expect(days.every(({ bucketStartsAt }) => bucketStartsAt % 86_400_000 === 0)).toBe(true);
    expect(days.map(({ bucketStartsAt }) => bucketStartsAt)).toEqual(
      [...new Set(days.map(({ bucketStartsAt }) => bucketStartsAt))].toSorted((left, right) => left - right),
    );
    const two = { from: START + 86_400_000, to: START + 3 * 86_400_000 };
    expect((await report(two)).map(({ bucketStartsAt }) => bucketStartsAt)).toEqual([two.from, two.from + 86_400_000]);
  });

  it('show a caller what is its own, and the books only where the ledger may be read', async () => {
    const own: Caller = { organization: 'demo', project: 'default', key: 'ci', admin: false };
    const rows = await report({ groupBy: ['organization', 'project'] }, own);
    expect(new Set(rows.map(({ groups }) => groups.join('/')))).toEqual(new Set(['demo/default']));
    expect(rows.every(({ books }) => books === undefined)).toBe(true);
    const billing: Caller = { ...own, person: 'p1', grants: [{ role: 'billing', organization: 'demo' }] };
    const ofOrganization = await report({ groupBy: ['organization', 'project'] }, billing);
    expect(new Set(ofOrganization.map(({ groups }) => groups.join('/')))).toEqual(
      new Set(['demo/default', 'demo/search']),
    );
    expect(ofOrganization.every(({ books }) => books !== undefined)).toBe(true);
    expect(await report({ only: { organization: ['acme'] } }, billing)).toEqual([]);
    const viewer: Caller = { ...billing, grants: [{ role: 'viewer', organization: 'demo' }] };
    expect((await report({}, viewer)).every(({ books }) => books === undefined)).toBe(true);
  });

  it('agree with the ledger, which says so', async () => {
    const verifier = new VerifyLedgerHandler(database, new PriceVersionsRepository(database));
    expect((await verifier.verify({ caller: admin })).findings).toEqual([]);
    await database.query(`UPDATE billing.usage_hours SET cost_nano_usd = cost_nano_usd + 1
      WHERE ctid = (SELECT ctid FROM billing.usage_hours WHERE kind = 'all' LIMIT 1)`);
    await database.query(`UPDATE billing.charges SET baseline_nano_usd = baseline_nano_usd + 1
      WHERE request_id = (SELECT request_id FROM billing.charges WHERE baseline_price_version IS NOT NULL LIMIT 1)`);
    const { findings } = await verifier.verify({ caller: admin });
    expect(findings.map(({ check }) => check.slice(0, 3)).toSorted()).toEqual(['C13', 'C13', 'C9 ']);
  });
});
