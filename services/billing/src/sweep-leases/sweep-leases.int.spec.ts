import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { StreamState } from '#libs/messaging';
import type { Database } from '#libs/storage';
import { createLogger } from '#libs/telemetry';
import type { TestDatabase } from '#libs/testing';
import { createBillingTables, type BillingTables } from '../billing-tables.fixture.js';
import { buildBudget, startBilling, TestSnapshots, type BillingForTests } from '../billing.fixture.js';
import { SweepLeasesRunner } from './sweep-leases.runner.js';

const log = createLogger({ service: 'test', level: 'silent' });

describe('the sweep of leases', () => {
  let tables: BillingTables;
  let server: TestDatabase;
  let database: Database;
  let billing: BillingForTests;
  const progress = { lastSequence: 10, settledSequence: 7 };
  let runner: SweepLeasesRunner;

  beforeAll(async () => {
    tables = await createBillingTables();
    ({ server, database } = tables);
    const snapshots = new TestSnapshots();
    snapshots.put({ budgets: [buildBudget({ limitNanoUsd: '1000' })] });
    billing = startBilling(database, snapshots);
    const streams = { progress: async () => ({ ...progress }) } as unknown as StreamState;
    runner = new SweepLeasesRunner(billing.reservations, streams, log);
  });
  afterAll(() => tables.drop());

  const held = async (): Promise<unknown> => {
    const [row] = await server.query('SELECT held_nano_usd::int AS held FROM billing.budget_periods');
    return row?.held;
  };

  it('frees what is past its time by the clock of the database, once all that came before is charged', async () => {
    await billing.leasing.lease({
      budget: 'demo:month',
      subject: '',
      holder: 'gone',
      leastNanoUsd: '400',
      wantNanoUsd: '400',
      longestCallMilliseconds: 1,
    });
    expect([await runner.sweep(), await runner.sweep(), await held()]).toEqual([0, 0, 400]);
    await server.query(`UPDATE billing.reservations SET expires_at = now() - interval '1 second'`);
    // Seen while events up to the tenth may still settle it.
    expect([await runner.sweep(), await runner.sweep(), await held()]).toEqual([0, 0, 400]);
    progress.settledSequence = 9;
    progress.lastSequence = 30;
    expect([await runner.sweep(), await held()]).toEqual([0, 400]);
    progress.settledSequence = 10;
    expect([await runner.sweep(), await held()]).toEqual([1, 0]);
    expect(await runner.sweep()).toBe(0);
  });
});
