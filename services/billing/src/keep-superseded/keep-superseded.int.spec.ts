import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Attempt, RequestEnded } from '#libs/contracts';
import { priceVersionOf } from '#libs/pricing';
import type { Database } from '#libs/storage';
import { buildAttempt, buildRequestEnded, type TestDatabase } from '#libs/testing';
import { createBillingTables, type BillingTables } from '../billing-tables.fixture.js';
import { startBilling, TestSnapshots } from '../billing.fixture.js';
import { LEDGER_CHECKS } from '../verify-ledger/ledger-checks.sql.js';
import type { PriceCallHandler } from '../price-call/price-call.handler.js';

const prices = { inputNanoUsdPerMillion: '1000000', outputNanoUsdPerMillion: '1000000' };
const version = priceVersionOf(prices, 'main', 'gpt-4.1-mini');
const attempt = (promptTokens: number, changes: Partial<Attempt> = {}): Attempt =>
  buildAttempt({ priceVersion: version, usage: { promptTokens, completionTokens: 0 }, ...changes });

describe('a call whose request another call has answered', () => {
  let tables: BillingTables;
  let server: TestDatabase;
  let database: Database;
  let handler: PriceCallHandler;

  beforeAll(async () => {
    tables = await createBillingTables();
    ({ server, database } = tables);
  });
  beforeEach(() => {
    const snapshots = new TestSnapshots();
    handler = startBilling(database, snapshots).charging;
    snapshots.publish(prices);
  });
  afterAll(() => tables.drop());

  const linesOf = ({ requestId }: RequestEnded) =>
    server.query(
      `SELECT attempt, cost_nano_usd::int AS cost FROM billing.superseded_lines WHERE request_id = $1
       ORDER BY ended_at, attempt`,
      [requestId],
    );
  const balanceOf = async (account: string, { requestId }: RequestEnded) => {
    const [row] = await server.query(
      `SELECT coalesce(sum(amount_nano_usd), 0)::int AS sum FROM billing.ledger_entries
       JOIN billing.ledger_accounts account ON account.id = account_id
       JOIN billing.ledger_transactions moved ON moved.id = transaction_id
       WHERE account.name = $1 AND reference = $2`,
      [account, requestId],
    );
    return (row as { sum: number } | undefined)?.sum;
  };
  const violations = async () => {
    const found = await Promise.all(LEDGER_CHECKS.map(({ sql }) => server.query(sql)));
    return found.flat();
  };

  it('is waste of the platform, once, and changes nothing for the customer', async () => {
    const first = buildRequestEnded({ endedAt: 1_000, attempts: [attempt(300)] });
    const late = { ...first, endedAt: 2_000, attempts: [attempt(300)] };
    await handler.charge([first]);
    await handler.charge([late, first]);
    await handler.charge([late, late]);

    expect(await linesOf(first)).toEqual([{ attempt: 0, cost: 300 }]);
    expect(await balanceOf('platform_waste:main', first)).toBe(300);
    expect(await balanceOf(`customer:${first.organization}`, first)).toBe(300);
    expect(await balanceOf('payable:main', first)).toBe(-600);
    expect(await violations()).toEqual([]);
  });

  it('is found where both events come in one batch', async () => {
    const first = buildRequestEnded({ endedAt: 1_000, attempts: [attempt(10)] });
    await handler.charge([first, first, { ...first, endedAt: 1_500, attempts: [attempt(20)] }]);
    expect(await linesOf(first)).toEqual([{ attempt: 0, cost: 20 }]);
  });

  it('does not count again what both had tried before they parted', async () => {
    const failed = attempt(7, { outcome: 'failed', errorClass: 'server_error' });
    const { usage: _none, ...unknown } = attempt(0, { outcome: 'unknown', errorClass: 'worker_lost' });
    const first = buildRequestEnded({ endedAt: 1_000, attempts: [failed, attempt(300)] });
    await handler.charge([first]);
    await handler.charge([{ ...first, endedAt: 3_000, attempts: [failed, unknown, attempt(300)] }]);
    expect(await linesOf(first)).toEqual([{ attempt: 2, cost: 300 }]);
    expect(await violations()).toEqual([]);
  });

  it('is nothing where it used nothing, or is free of charge to the ledger', async () => {
    const first = buildRequestEnded({ endedAt: 1_000, attempts: [attempt(300)] });
    await handler.charge([first]);
    await handler.charge([{ ...first, endedAt: 2_000, outcome: 'cancelled', attempts: [] }]);
    expect(await linesOf(first)).toEqual([]);
    await handler.charge([{ ...first, endedAt: 2_500, attempts: [attempt(0)] }]);
    expect(await linesOf(first)).toEqual([{ attempt: 0, cost: 0 }]);
    expect(await violations()).toEqual([]);
  });

  it('keeps its record for ever', async () => {
    await expect(server.query('DELETE FROM billing.superseded_lines')).rejects.toThrow('append-only');
  });
});
