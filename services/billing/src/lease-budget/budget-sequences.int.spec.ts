import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { priceVersionOf } from '#libs/pricing';
import type { Database } from '#libs/storage';
import { buildAttempt, buildRequestEnded, type TestDatabase } from '#libs/testing';
import { createBillingTables, type BillingTables } from '../billing-tables.fixture.js';
import { buildBudget, startBilling, TestSnapshots, type BillingForTests } from '../billing.fixture.js';
import { BudgetModel, budgetSteps, takeStep, type BudgetDriver, type ModelRequest } from './budget-model.fixture.js';

/** More of them, as docs/money.md says, where somebody has the time: a thousand take some three seconds. */
const SEQUENCES = Number(process.env['BUDGET_SEQUENCES'] ?? 60);
const MILLISECONDS_EACH = 1_000;
const LIMIT = 1_000;
const prices = { inputNanoUsdPerMillion: '1000000', outputNanoUsdPerMillion: '1000000' };
const priceVersion = priceVersionOf(prices, 'main', 'gpt-4.1-mini');

/** The same sequences as the pure model's, on real tables. */
describe('budgets on Postgres', () => {
  let tables: BillingTables;
  let server: TestDatabase;
  let database: Database;
  let snapshots: TestSnapshots;
  let billing: BillingForTests;

  beforeAll(async () => {
    tables = await createBillingTables();
    ({ server, database } = tables);
    snapshots = new TestSnapshots();
    snapshots.publish(prices);
    billing = startBilling(database, snapshots);
  });
  afterAll(() => tables.drop());

  let count = 0;
  const driverOf = (budget: string, sequence: string): BudgetDriver => ({
    lease: async (least, want) => {
      const { granted } = await billing.leasing.lease({
        budget,
        subject: '',
        holder: 'p',
        leastNanoUsd: String(least),
        wantNanoUsd: String(want),
        longestCallMilliseconds: 1_000,
      });
      return granted && { id: granted.lease, size: Number(granted.nanoUsd) };
    },
    post: async ({ id, lease, held }: ModelRequest, cost) => {
      const usage = { promptTokens: cost, completionTokens: 0 };
      const hold = { nanoUsd: String(held), leases: [{ id: lease.id, nanoUsd: String(held) }] };
      const requestId = `req_${sequence}_${id}`;
      const event = buildRequestEnded({ requestId, hold, attempts: [buildAttempt({ priceVersion, usage })] });
      await billing.charging.charge([event]);
    },
    giveBack: async (lease, given) => {
      await billing.leasing.giveBack({ returns: [{ lease: lease.id, nanoUsd: String(given) }] });
    },
    expire: async (lease) => void (await billing.reservations.end([lease.id], 'expired')),
  });

  it(
    'stand after each step as the model says',
    async () => {
      await fc.assert(
        fc.asyncProperty(budgetSteps(14), async (steps) => {
          // Counted, since of so many drawn at random two would be the same.
          const sequence = String(count++).padStart(8, '0');
          const budget = buildBudget({ id: `demo:${sequence}`, limitNanoUsd: String(LIMIT) });
          snapshots.put({ budgets: [budget] });
          const model = new BudgetModel(LIMIT);
          const driver = driverOf(budget.id, sequence);
          for (const step of steps) {
            const run = takeStep(model, step, driver);
            for (let next = run.next(); next.done !== true; next = run.next(await next.value));
          }
          const [row] = await server.query(
            `SELECT posted_nano_usd::int AS posted, held_nano_usd::int AS held, overrun_nano_usd::int AS overrun
           FROM billing.budget_periods WHERE budget_id = $1`,
            [budget.id],
          );
          const { posted, held, overrun } = model;
          expect(row ?? { posted: 0, held: 0, overrun: 0 }).toEqual({ posted, held, overrun });
        }),
        { numRuns: SEQUENCES },
      );
    },
    SEQUENCES * MILLISECONDS_EACH,
  );
});
