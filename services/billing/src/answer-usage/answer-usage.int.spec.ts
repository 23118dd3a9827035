import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chargeReadReplySchema, usageReportReplySchema, type UsageReport } from '#libs/contracts';
import { Database } from '#libs/storage';
import { createLogger } from '#libs/telemetry';
import { buildAttempt, buildRequestEnded, createTestDatabase, type TestDatabase } from '#libs/testing';
import { billingSchema } from '../billing.schema.js';
import { LedgerAccounts } from '../keep-ledger/ledger-accounts.repository.js';
import { priceEvent } from '../price-call/charge.policy.js';
import { ChargesRepository } from '../price-call/charges.repository.js';
import { AnswerUsageController } from './answer-usage.controller.js';
import { AnswerUsageHandler } from './answer-usage.handler.js';
import { UsageRepository } from './usage.repository.js';

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

describe('answers on usage', () => {
  let server: TestDatabase;
  let database: Database;
  let controller: AnswerUsageController;
  const report = async (query: Omit<UsageReport, 'caller'>, caller = callerOf('demo')) =>
    usageReportReplySchema.parse(await controller.report({ caller, ...query })).rows;

  beforeAll(async () => {
    server = await createTestDatabase();
    database = new Database({
      ...billingSchema,
      url: server.url,
      log: createLogger({ service: 'test', level: 'silent' }),
    });
    database.start();
    await database.whenReady();
    const events = [ours, oursLater, ofOtherProject, unused, theirs].map((event) => priceEvent(event, prices));
    await new ChargesRepository(database, new LedgerAccounts(database)).record(events);
    controller = new AnswerUsageController(new AnswerUsageHandler(new UsageRepository(database)));
  });
  afterAll(async () => {
    await database.close();
    await server.drop();
  });

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

  it.each([
    ['model', ['gpt-big', 'gpt-small'], [1, 2]],
    ['project', ['default'], [3]],
    ['key', ['ci', 'prod'], [2, 1]],
    ['day', ['2025-11-24', '2025-11-25'], [2, 1]],
  ] as const)('sums up by %s for the caller’s own project', async (groupBy, groups, requests) => {
    const rows = await report({ groupBy });
    expect(rows.map((row) => row.group)).toEqual(groups);
    expect(rows.map((row) => row.requests)).toEqual(requests);
    expect(rows.reduce((sum, row) => sum + BigInt(row.costNanoUsd), 0n)).toBe(1_600_000n);
  });

  it('sums up every organisation for the admin', async () => {
    const rows = await report({ groupBy: 'model' }, callerOf('demo', true));
    expect(rows).toEqual([
      {
        group: 'gpt-big',
        requests: 1,
        promptTokens: 1_000,
        completionTokens: 250,
        cachedPromptTokens: 0,
        cacheWritePromptTokens: 0,
        furtherUsage: { images: 2 },
        costNanoUsd: '800000',
      },
      {
        group: 'gpt-small',
        requests: 4,
        promptTokens: 3_000,
        completionTokens: 750,
        cachedPromptTokens: 0,
        cacheWritePromptTokens: 0,
        furtherUsage: {},
        costNanoUsd: '2400000',
      },
    ]);
    const projects = await report({ groupBy: 'project' }, callerOf('demo', true));
    expect(projects.map((row) => row.group)).toEqual(['default', 'search']);
  });

  it('takes the start of a period in and leaves its end out', async () => {
    expect(await report({ groupBy: 'model', from: oursLater.endedAt })).toHaveLength(1);
    expect(await report({ groupBy: 'model', to: oursLater.endedAt })).toHaveLength(1);
    expect(await report({ groupBy: 'model', from: oursLater.endedAt, to: oursLater.endedAt })).toEqual([]);
  });
});
