import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '#libs/storage';
import { createBillingTables, type BillingTables } from '../billing-tables.fixture.js';
import { LedgerNumbers } from './ledger-numbers.repository.js';

describe('numbers of ledger transactions', () => {
  let tables: BillingTables;
  let database: Database;
  beforeAll(async () => {
    tables = await createBillingTables();
    ({ database } = tables);
  });
  afterAll(() => tables.drop());

  it('are given once each, to whoever asks at the same moment and to statements that draw one', async () => {
    const processes = [new LedgerNumbers(database), new LedgerNumbers(database)];
    const counts = Array.from({ length: 200 }, (_, turn) => (turn * 37) % 501);
    const taken = await Promise.all(
      counts.map(async (count, turn) => {
        const first = await processes[turn % 2]!.take(count);
        return Array.from({ length: count }, (_, index) => first + index);
      }),
    );
    const drawn = await database.query<{ id: string }>(
      `SELECT nextval('billing.ledger_transaction_ids') AS id FROM generate_series(1, 3)`,
    );
    const all = [...taken.flat(), ...drawn.map(({ id }) => Number(id))];
    expect(new Set(all).size).toBe(counts.reduce((sum, count) => sum + count, 0) + 3);
    await expect(processes[0]!.take(1_001)).rejects.toThrow(RangeError);
  });
});
