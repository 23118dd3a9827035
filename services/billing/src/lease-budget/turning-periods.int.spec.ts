import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Hold } from '#libs/contracts';
import { priceVersionOf } from '#libs/pricing';
import { buildAttempt, buildRequestEnded } from '#libs/testing';
import { createBillingTables, type BillingTables } from '../billing-tables.fixture.js';
import { buildBudget, startBilling, TestSnapshots, type BillingForTests } from '../billing.fixture.js';

const prices = { inputNanoUsdPerMillion: '1000000', outputNanoUsdPerMillion: '1000000' };
const priceVersion = priceVersionOf(prices, 'main', 'gpt-4.1-mini');
const LIMIT = 400;
const COST = 100;
const CALLERS = 6;
const TURNS = 4;
/** An hour of this test: the clock of the database is the only one, and it is not to be set. */
const SHORT_HOURS = `
CREATE OR REPLACE FUNCTION billing.period_of(period text, zone text, at timestamptz, OUT starts_at timestamptz, OUT ends_at timestamptz)
LANGUAGE sql STABLE AS $$
  SELECT date_bin('500 milliseconds', at, timestamptz 'epoch'),
    date_bin('500 milliseconds', at, timestamptz 'epoch') + interval '500 milliseconds'
$$`;

interface PeriodRow {
  posted: number;
  held: number;
  settled: number;
}

describe('a budget that begins anew while it is drawn from', () => {
  let tables: BillingTables;
  let billing: BillingForTests;

  beforeAll(async () => {
    tables = await createBillingTables();
    await tables.server.query(SHORT_HOURS);
    const snapshots = new TestSnapshots();
    snapshots.publish(prices);
    snapshots.put({ budgets: [buildBudget({ id: 'demo:hour', period: 'hour', limitNanoUsd: String(LIMIT) })] });
    billing = startBilling(tables.database, snapshots);
  });
  afterAll(() => tables.drop());

  const periods = (): Promise<PeriodRow[]> =>
    tables.server.query<PeriodRow>(
      `SELECT posted_nano_usd::int AS posted, held_nano_usd::int AS held,
         (SELECT coalesce(sum(posted_nano_usd), 0) FROM billing.settlements WHERE period_id = period.id)::int AS settled
       FROM billing.budget_periods period ORDER BY starts_at`,
    );

  /** One call of which money is set aside, made, and settled; whether there was room for it. */
  async function call(): Promise<boolean> {
    const nanoUsd = String(COST);
    const { granted } = await billing.leasing.lease({
      budget: 'demo:hour',
      subject: '',
      holder: 'ingress-1',
      leastNanoUsd: nanoUsd,
      wantNanoUsd: nanoUsd,
      longestCallMilliseconds: 1_000,
    });
    if (!granted) return false;
    const hold: Hold = { nanoUsd, leases: [{ id: granted.lease, nanoUsd }] };
    const usage = { promptTokens: COST, completionTokens: 0 };
    const attempts = [buildAttempt({ priceVersion, usage, firstByteMilliseconds: 5 })];
    await billing.charging.charge([buildRequestEnded({ attempts, hold })]);
    return true;
  }

  it('has each call in one period, that in which its money was set aside, and never more in one than its limit (M-10)', async () => {
    let served = 0;
    let refused = 0;
    const callUntilTurned = async (): Promise<void> => {
      // Both kinds are to be seen, or nothing is shown.
      while ((await periods()).length < TURNS || Math.min(served, refused) === 0) {
        if (await call()) served += 1;
        else refused += 1;
      }
    };
    await Promise.all(Array.from({ length: CALLERS }, callUntilTurned));
    const found = await periods();
    for (const { posted, held, settled } of found) {
      expect(posted).toBe(settled);
      expect(held).toBe(0);
      expect(posted).toBeLessThanOrEqual(LIMIT);
    }
    expect(found.reduce((sum, { posted }) => sum + posted, 0)).toBe(served * COST);
    const rows = await tables.server.query(
      `SELECT request_id FROM billing.charges LEFT JOIN billing.settlements USING (request_id)
       GROUP BY request_id HAVING count(period_id) <> 1`,
    );
    expect(rows).toEqual([]);
  });
});
