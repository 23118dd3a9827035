import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { constantFrom, integer, nat, option, record, sample, subarray } from 'fast-check';
import {
  chargeReadReplySchema,
  usageReportReplySchema,
  type RequestEnded,
  type RoleGrant,
  type UsageReport,
} from '#libs/contracts';
import type { Database } from '#libs/storage';
import { createLogger } from '#libs/telemetry';
import { buildAttempt, buildRequestEnded } from '#libs/testing';
import { createBillingTables, type BillingTables } from '../billing-tables.fixture.js';
import { LedgerAccounts } from '../keep-ledger/ledger-accounts.repository.js';
import { LedgerNumbers } from '../keep-ledger/ledger-numbers.repository.js';
import { priceEvent } from '../price-call/charge.policy.js';
import { ChargesRepository } from '../price-call/charges.repository.js';
import { SummedDaysRepository } from '../sum-up-days/summed-days.repository.js';
import { SumUpDaysRunner } from '../sum-up-days/sum-up-days.runner.js';
import { AnswerUsageController } from './answer-usage.controller.js';
import { AnswerUsageHandler } from './answer-usage.handler.js';
import { UsageRepository } from './usage.repository.js';

const silent = createLogger({ service: 'test', level: 'silent' });
const DAY_MILLISECONDS = 86_400_000;
const prices = new Map([
  ['price_0123456789abcdef', { inputNanoUsdPerMillion: '400000000', outputNanoUsdPerMillion: '1600000000' }],
]);
const callerOf = (organization: string, admin = false, project = 'default') => ({
  organization,
  project,
  key: 'ci',
  admin,
});

const ours = buildRequestEnded();
const oursLater = buildRequestEnded({
  key: 'prod',
  model: 'gpt-big',
  endedAt: ours.endedAt + DAY_MILLISECONDS,
  attempts: [buildAttempt({ usage: { promptTokens: 1_000, completionTokens: 250, images: 2 } })],
});
const ofOtherProject = buildRequestEnded({ project: 'search' });
const unused = buildRequestEnded({ outcome: 'failed', attempts: [] });
const theirs = buildRequestEnded({ organization: 'acme', attempts: [buildAttempt(), buildAttempt()] });

const dimensions = {
  project: constantFrom('default', 'search'),
  key: constantFrom('ci', 'prod'),
  keyId: option(constantFrom('key_0a1', 'key_0b2'), { nil: undefined }),
  model: constantFrom('gpt-small', 'gpt-big'),
  provider: constantFrom('main', 'other'),
  tags: subarray(['nightly', 'eu']),
  endUser: option(constantFrom('ann', 'ben'), { nil: undefined }),
};

describe('answers on usage', () => {
  let tables: BillingTables;
  let database: Database;
  let controller: AnswerUsageController;
  const report = async (query: Partial<UsageReport>, caller = callerOf('demo')) =>
    usageReportReplySchema.parse(await controller.report({ caller, groupBy: ['model'], only: {}, ...query })).rows;

  beforeAll(async () => {
    tables = await createBillingTables();
    ({ database } = tables);
    const events = [ours, oursLater, ofOtherProject, unused, theirs].map((event) => priceEvent(event, prices));
    await new ChargesRepository(database, new LedgerAccounts(database), new LedgerNumbers(database)).record(events);
    controller = new AnswerUsageController(
      new AnswerUsageHandler(new UsageRepository(database, new SummedDaysRepository(database))),
    );
  });
  afterAll(() => tables.drop());

  it('shows the charge of a request with its lines', async () => {
    const reply = chargeReadReplySchema.parse(
      await controller.readCharge({ caller: callerOf('acme'), requestId: theirs.requestId }),
    );
    const line = {
      provider: 'main',
      model: 'gpt-4.1-mini',
      priceVersion: 'price_0123456789abcdef',
      usage: {
        promptTokens: 1_000,
        completionTokens: 250,
        cachedPromptTokens: 0,
        cacheWritePromptTokens: 0,
        reasoningTokens: 0,
      },
      usageBasis: 'provider',
      costNanoUsd: '800000',
    };
    const lines = [
      { ...line, payer: 'platform' },
      { ...line, payer: 'caller' },
    ];
    expect(reply.charge).toMatchObject({ requestId: theirs.requestId, costNanoUsd: '800000', lines });
  });

  it('shows what a line used that is not paid by tokens', async () => {
    const { charge } = await controller.readCharge({ caller: callerOf('demo'), requestId: oursLater.requestId });
    expect(charge?.lines).toMatchObject([{ usage: { promptTokens: 1_000, images: 2 } }]);
  });

  it('shows a charge of nothing for a request that used nothing', async () => {
    const reply = await controller.readCharge({ caller: callerOf('demo'), requestId: unused.requestId });
    expect(chargeReadReplySchema.parse(reply).charge).toMatchObject({ costNanoUsd: '0', lines: [] });
  });

  it('shows the charge of another organisation to nobody but the admin', async () => {
    const query = { requestId: theirs.requestId };
    expect(await controller.readCharge({ caller: callerOf('demo'), ...query })).toEqual({ charge: null });
    expect((await controller.readCharge({ caller: callerOf('demo', true), ...query })).charge).not.toBeNull();
  });

  it('shows the charge of another project to nobody but that project and the admin', async () => {
    const query = { requestId: ofOtherProject.requestId };
    expect(await controller.readCharge({ caller: callerOf('demo'), ...query })).toEqual({ charge: null });
    for (const caller of [callerOf('demo', false, 'search'), callerOf('demo', true)]) {
      expect((await controller.readCharge({ caller, ...query })).charge).not.toBeNull();
    }
  });

  it('shows a charge of another project to a role in the whole organization, and none where no role allows it', async () => {
    const requestId = ofOtherProject.requestId;
    const chargeFor = async (id: string, project?: string) => {
      const grants = [
        { role: 'billing' as const, organization: 'demo', ...(project === undefined ? {} : { project }) },
      ];
      return (await controller.readCharge({ caller: { ...callerOf('demo'), person: 'p1', grants }, requestId: id }))
        .charge;
    };
    expect(await chargeFor(requestId)).toMatchObject({ requestId });
    expect(await chargeFor(theirs.requestId)).toBeNull();
    expect(await chargeFor(requestId, 'default')).toBeNull();
    expect(await chargeFor(ours.requestId, 'default')).not.toBeNull();
    expect(await chargeFor(ours.requestId, 'elsewhere')).toBeNull();
  });

  it.each([
    ['model', ['gpt-big', 'gpt-small'], [1, 2]],
    ['project', ['default'], [3]],
    ['key', ['ci', 'prod'], [2, 1]],
    ['day', ['2025-11-24', '2025-11-25'], [2, 1]],
  ] as const)('sums up by %s for the caller’s own project', async (groupBy, groups, requests) => {
    const rows = await report({ groupBy: [groupBy] });
    expect(rows.map((row) => row.groups[0])).toEqual(groups);
    expect(rows.map((row) => row.requests)).toEqual(requests);
    expect(rows.reduce((sum, row) => sum + BigInt(row.costNanoUsd), 0n)).toBe(1_600_000n);
  });

  it('sums up every organisation for the admin', async () => {
    const rows = await report({ groupBy: ['model'] }, callerOf('demo', true));
    expect(rows).toEqual([
      {
        groups: ['gpt-big'],
        requests: 1,
        promptTokens: 1_000,
        completionTokens: 250,
        cachedPromptTokens: 0,
        cacheWritePromptTokens: 0,
        reasoningTokens: 0,
        latencyMilliseconds: expect.any(Object),
        furtherUsage: { images: 2 },
        costNanoUsd: '800000',
      },
      {
        groups: ['gpt-small'],
        requests: 4,
        promptTokens: 3_000,
        completionTokens: 750,
        cachedPromptTokens: 0,
        cacheWritePromptTokens: 0,
        reasoningTokens: 0,
        latencyMilliseconds: expect.any(Object),
        furtherUsage: {},
        costNanoUsd: '2400000',
      },
    ]);
    const projects = await report({ groupBy: ['project'] }, callerOf('demo', true));
    expect(projects.map((row) => row.groups[0])).toEqual(['default', 'search']);
  });

  it('takes whole hours: the one of the start in, and those from the end on out', async () => {
    const hour = Math.floor(oursLater.endedAt / 3_600_000) * 3_600_000;
    expect(await report({ from: oursLater.endedAt })).toHaveLength(1);
    expect(await report({ to: hour })).toHaveLength(1);
    expect(await report({ from: oursLater.endedAt, to: hour })).toEqual([]);
  });

  it('agrees with the charges by every group, through replays and late events in whatever batches', async () => {
    const events = sample(
      record({ ...dimensions, hour: nat({ max: 30 }), milliseconds: integer({ min: 1, max: 99_999 }) }),
      {
        numRuns: 300,
        seed: 6,
      },
    ).map(({ hour, milliseconds, provider, tags, endUser, keyId, ...place }) => {
      const endedAt = ours.endedAt - hour * 3_600_000;
      return buildRequestEnded({
        organization: 'sums',
        ...place,
        endedAt,
        receivedAt: endedAt - milliseconds,
        facts: { tags },
        ...(endUser === undefined ? {} : { endUser }),
        ...(keyId === undefined ? {} : { keyId }),
        attempts: [buildAttempt({ provider, usage: { promptTokens: milliseconds, completionTokens: hour } })],
      });
    });
    const charges = new ChargesRepository(database, new LedgerAccounts(database), new LedgerNumbers(database));
    const given = [...events, ...events.slice(0, 100).toReversed()];
    const days = new SumUpDaysRunner(new SummedDaysRepository(database), silent);
    for (let from = 0; from < given.length; from += 37) {
      // Days are summed up in between: what comes afterwards is late, and in the sums of days all the same.
      if (from === 37 * 3) expect(await days.sumUp()).toBeGreaterThan(1);
      await charges.record(given.slice(from, from + 37).map((event) => priceEvent(event, prices)));
    }
    const groupsOf: Record<string, (event: RequestEnded) => string[]> = {
      model: ({ model }) => [model],
      key: ({ key }) => [key],
      key_id: ({ keyId = '' }) => [keyId],
      provider: ({ attempts }) => [attempts[0]?.provider ?? ''],
      tag: ({ facts }) => [...new Set(facts?.tags)],
      end_user: ({ endUser }) => (endUser === undefined ? [] : [endUser]),
      day: ({ endedAt }) => [new Date(endedAt).toISOString().slice(0, 10)],
    };
    for (const [group, namesOf] of Object.entries(groupsOf)) {
      const expected = new Map<string, [number, number]>();
      for (const event of events) {
        for (const name of namesOf(event)) {
          const [requests, tokens] = expected.get(name) ?? [0, 0];
          expected.set(name, [requests + 1, tokens + (event.attempts[0]?.usage?.promptTokens ?? 0)]);
        }
      }
      const rows = await report(
        { groupBy: [group as 'model'], only: { organization: 'sums' } },
        callerOf('demo', true),
      );
      expect(new Map(rows.map((row) => [row.groups[0], [row.requests, row.promptTokens]]))).toEqual(expected);
    }
    for (const [filter, value] of [
      ['key', 'ci'],
      ['key_id', 'key_0a1'],
    ] as const) {
      const only = { organization: 'sums', [filter]: value };
      const rows = await report({ groupBy: ['organization'], only }, callerOf('demo', true));
      const meant = events.filter(({ key, keyId }) => (filter === 'key' ? key : keyId) === value);
      expect(rows.map(({ requests }) => requests)).toEqual([meant.length]);
    }
    expect(
      await database.query(
        `SELECT key_id AS "keyId", count(*)::integer AS count FROM billing.charges WHERE organization = 'sums' GROUP BY 1 ORDER BY 1`,
      ),
    ).toEqual(
      ['key_0a1', 'key_0b2', null].map((keyId) => ({
        keyId,
        count: events.filter((event) => (event.keyId ?? null) === keyId).length,
      })),
    );
    const [all] = await report({ groupBy: ['organization'], only: { organization: 'sums' } }, callerOf('demo', true));
    const sorted = events
      .map(({ endedAt, receivedAt }) => endedAt - receivedAt)
      .toSorted((left, right) => left - right);
    for (const [name, share] of [
      ['p50', 0.5],
      ['p95', 0.95],
      ['p99', 0.99],
    ] as const) {
      const exact = sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
      expect(Math.abs((all?.latencyMilliseconds?.[name] ?? 0) / exact - 1)).toBeLessThan(0.06);
    }
  });

  it('sums up the whole organization for a role that holds there, and nothing where no role allows it', async () => {
    const projectsOf = async (grant: RoleGrant, only: UsageReport['only'] = {}) => {
      const caller = { ...callerOf('demo'), person: 'p1', grants: [grant] };
      return (await report({ groupBy: ['organization', 'project'], only }, caller)).map((row) => row.groups.join('/'));
    };
    const billing = { role: 'billing', organization: 'demo' } as const;
    expect(await projectsOf(billing)).toEqual(['demo/default', 'demo/search']);
    expect(await projectsOf(billing, { organization: 'acme' })).toEqual([]);
    expect(await projectsOf({ ...billing, project: 'default' })).toEqual(['demo/default']);
    expect(await projectsOf({ ...billing, project: 'default' }, { project: 'search' })).toEqual([]);
    expect(await projectsOf({ ...billing, project: 'search' })).toEqual([]);
    expect(await projectsOf({ ...billing, organization: 'acme' })).toEqual([]);
  });

  it('bounds a report to what is asked for, within what the caller may see', async () => {
    expect(await report({ only: { organization: 'sums' } })).toEqual([]);
    expect(await report({ groupBy: ['model', 'key'], only: { key: 'prod' } })).toMatchObject([
      { groups: ['gpt-big', 'prod'], requests: 1 },
    ]);
  });
});
