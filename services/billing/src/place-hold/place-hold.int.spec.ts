import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BudgetEntry, HoldPlace } from '#libs/contracts';
import { priceVersionOf } from '#libs/pricing';
import type { Database } from '#libs/storage';
import { buildAttempt, buildRequestEnded, type TestDatabase } from '#libs/testing';
import { createBillingTables, type BillingTables } from '../billing-tables.fixture.js';
import { buildBudget, startBilling, TestSnapshots, type BillingForTests } from '../billing.fixture.js';

const prices = { inputNanoUsdPerMillion: '1000000', outputNanoUsdPerMillion: '1000000' };
const priceVersion = priceVersionOf(prices, 'main', 'gpt-4.1-mini');

describe('holds of the durable lane', () => {
  let tables: BillingTables;
  let server: TestDatabase;
  let database: Database;
  let snapshots: TestSnapshots;
  let billing: BillingForTests;
  let budgets: BudgetEntry[];
  let run: string;

  beforeAll(async () => {
    tables = await createBillingTables();
    ({ server, database } = tables);
    snapshots = new TestSnapshots();
    snapshots.publish(prices);
    billing = startBilling(database, snapshots);
  });
  beforeEach(() => {
    run = randomUUID().slice(0, 8);
    budgets = ['500', '300'].map((limitNanoUsd, index) => buildBudget({ id: `demo:${run}-${index}`, limitNanoUsd }));
    snapshots.put({ budgets });
  });
  afterAll(() => tables.drop());

  const idOf = (line: number): string => `req_${run}_${line}`;
  const request = (line: number): HoldPlace['requests'][number] => ({
    requestId: idOf(line),
    nanoUsd: '100',
    budgets: budgets.map(({ id }) => ({ budget: id, subject: '' })),
  });
  const place = (...lines: number[]) =>
    billing.holding.place({ requests: lines.map(request), expiresAt: Date.now() + 60_000 });
  const amounts = async () =>
    server.query(
      `SELECT posted_nano_usd::int AS posted, held_nano_usd::int AS held FROM billing.budget_periods
       WHERE budget_id LIKE $1 ORDER BY budget_id`,
      [`demo:${run}-%`],
    );
  const ended = (line: number, nanoUsd: number) =>
    buildRequestEnded({
      requestId: idOf(line),
      lane: 'durable',
      attempts: [buildAttempt({ priceVersion, usage: { promptTokens: nanoUsd, completionTokens: 0 } })],
    });

  it('are placed from the first on, as many as every budget has room for', async () => {
    const short = { budget: budgets[1]?.id, subject: '', unspentNanoUsd: '300', resetsAt: expect.any(Number) };
    expect(await place(1, 2, 3, 4, 5)).toEqual({ placed: 3, short });
    expect(await amounts()).toEqual([
      { posted: 0, held: 300 },
      { posted: 0, held: 300 },
    ]);
  });

  it('are placed once, however often the same request is', async () => {
    await place(1, 2);
    await Promise.all([place(1, 2), place(2, 1), place(1, 1, 2)]);
    expect(await amounts()).toEqual([
      { posted: 0, held: 200 },
      { posted: 0, held: 200 },
    ]);
  });

  it('are found and settled by the terminal event, also when that comes from a process that knew nothing of them', async () => {
    await place(1, 2, 3);
    await billing.charging.charge([ended(1, 40), { ...ended(2, 0), outcome: 'cancelled', attempts: [] }]);
    await billing.charging.charge([ended(1, 40)]);
    expect(await amounts()).toEqual([
      { posted: 40, held: 100 },
      { posted: 40, held: 100 },
    ]);
    // Put on its way again after it has ended, it is not held again.
    await place(1);
    expect(await amounts()).toEqual([
      { posted: 40, held: 100 },
      { posted: 40, held: 100 },
    ]);
  });

  it('never exceed a budget when many processes place at once', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => place(100 + index)));
    expect(await amounts()).toEqual([
      { posted: 0, held: 300 },
      { posted: 0, held: 300 },
    ]);
  });
});
