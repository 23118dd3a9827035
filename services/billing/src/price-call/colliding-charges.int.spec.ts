import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { priceVersionOf } from '#libs/pricing';
import { Database, StorageUnavailable } from '#libs/storage';
import { createLogger } from '#libs/telemetry';
import { buildAttempt, buildRequestEnded, createTestDatabase, type TestDatabase } from '#libs/testing';
import { buildBudget, startBilling, TestSnapshots, type BillingForTests } from '../billing.fixture.js';
import { billingSchema } from '../billing.schema.js';

const prices = { inputNanoUsdPerMillion: '1000000', outputNanoUsdPerMillion: '1000000' };
const priceVersion = priceVersionOf(prices, 'main', 'gpt-4.1-mini');
const COST = 100;
const BUDGETS = ['demo:day', 'demo:month'];

describe('charges that collide', () => {
  let server: TestDatabase;
  let database: Database;
  let billing: BillingForTests;

  beforeAll(async () => {
    server = await createTestDatabase();
    const log = createLogger({ service: 'test', level: 'silent' });
    // It is soon ours that gives way, and not the opponent.
    await server.query(`ALTER ROLE CURRENT_USER SET deadlock_timeout = '20ms'`);
    database = new Database({ ...billingSchema, url: server.url, log });
    database.start();
    await database.whenReady();
    const snapshots = new TestSnapshots();
    snapshots.publish(prices);
    snapshots.put({
      budgets: BUDGETS.map((id) => buildBudget({ id, period: 'total', limitNanoUsd: '1000000000' })),
    });
    billing = startBilling(database, snapshots);
  });
  afterAll(async () => {
    await database.close();
    await server.drop();
  });

  async function heldEvents(count: number) {
    const leases: { id: string; nanoUsd: string }[] = [];
    for (const budget of BUDGETS) {
      const amount = String(count * COST);
      const { granted } = await billing.leasing.lease({
        budget,
        subject: '',
        holder: 'p',
        leastNanoUsd: amount,
        wantNanoUsd: amount,
        longestCallMilliseconds: 1,
      });
      leases.push({ id: granted?.lease ?? '', nanoUsd: String(COST) });
    }
    return Array.from({ length: count }, () =>
      buildRequestEnded({
        requestId: `req_${randomBytes(12).toString('hex')}`,
        attempts: [buildAttempt({ priceVersion, usage: { promptTokens: COST, completionTokens: 0 } })],
        hold: { nanoUsd: String(COST), leases },
      }),
    );
  }

  /** As the consumer does it: what Postgres gave up, or had no connection for in time, comes again. */
  async function chargeInTheEnd(events: Awaited<ReturnType<typeof heldEvents>>): Promise<void> {
    for (;;) {
      try {
        return await billing.charging.charge(events);
      } catch (error) {
        if (!(error instanceof StorageUnavailable)) throw error;
      }
    }
  }

  const posted = async (): Promise<number[]> =>
    (
      await server.query<{ posted: number }>(
        'SELECT posted_nano_usd::int AS posted FROM billing.budget_periods ORDER BY budget_id',
      )
    ).map((row) => row.posted);

  it('lose nothing to transactions that lock the same budgets in the opposite order', async () => {
    const events = await heldEvents(400);
    const stopped = new AbortController();
    const opponent = lockInOppositeOrder(database, stopped.signal);
    const before = await posted();
    try {
      for (let from = 0; from < events.length; from += 10) await chargeInTheEnd(events.slice(from, from + 10));
    } finally {
      stopped.abort();
      await opponent;
    }
    expect(await posted()).toEqual(before.map((amount) => amount + events.length * COST));
    const [row] = await server.query<{ deadlocks: number }>(
      'SELECT deadlocks::int AS deadlocks FROM pg_stat_database WHERE datname = current_database()',
    );
    expect(row?.deadlocks).toBeGreaterThan(0);
  }, 60_000);

  it('are made once each by thirty-two that are given the same messages', async () => {
    const events = await heldEvents(2_000);
    const before = await posted();
    await Promise.all(
      Array.from({ length: 32 }, async (_, consumer) => {
        for (let turn = 0; turn < 4; turn++) {
          const from = ((turn + consumer) % 4) * 500;
          await chargeInTheEnd(events.slice(from, from + 500));
        }
      }),
    );
    expect(await posted()).toEqual(before.map((amount) => amount + events.length * COST));
    const [row] = await server.query(
      'SELECT count(*)::int AS charges FROM billing.charges WHERE request_id = ANY($1)',
      [events.map(({ requestId }) => requestId)],
    );
    expect(row).toEqual({ charges: events.length });
  }, 120_000);
});

/** Locks the rows of all budgets in an order that is the opposite of ours, over and over. */
async function lockInOppositeOrder(database: Database, signal: AbortSignal): Promise<void> {
  const rows = await database.query<{ id: string }>('SELECT id FROM billing.budget_periods ORDER BY id DESC');
  while (!signal.aborted) {
    await database.transaction(async (transaction) => {
      await transaction.query(`SET LOCAL deadlock_timeout = '5s'`);
      for (const { id } of rows) {
        await transaction.query(
          'UPDATE billing.budget_periods SET alerted_millionths = alerted_millionths WHERE id = $1',
          [id],
        );
        await transaction.query('SELECT pg_sleep(0.005)');
      }
    });
  }
}
