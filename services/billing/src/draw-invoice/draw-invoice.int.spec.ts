import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { array, constantFrom, integer, record, sample } from 'fast-check';
import { invoiceReadReplySchema, type AuditNoted, type Caller, type InvoiceRead } from '#libs/contracts';
import type { DurablePublisher, SnapshotWatch } from '#libs/messaging';
import type { Database } from '#libs/storage';
import { buildAttempt, buildRequestEnded, type TestDatabase } from '#libs/testing';
import { createBillingTables, type BillingTables } from '../billing-tables.fixture.js';
import { buildBudget, startBilling, TestSnapshots } from '../billing.fixture.js';
import { GrantCreditHandler } from '../grant-credit/grant-credit.handler.js';
import { LedgerAccounts } from '../keep-ledger/ledger-accounts.repository.js';
import { DrawInvoiceController } from './draw-invoice.controller.js';
import { DrawInvoiceHandler } from './draw-invoice.handler.js';
import { InvoicesRepository } from './invoices.repository.js';

const admin: Caller = { organization: 'house', project: 'default', key: 'bootstrap', admin: true };
/** Months in which things were recorded, the last one after a gap. */
const MONTHS = ['2026-01', '2026-02', '2026-04'];

const monthShape = record({
  calls: array(
    record({
      organization: constantFrom('demo', 'acme'),
      project: constantFrom('default', 'search'),
      model: constantFrom('gpt-small', 'gpt-big'),
      promptTokens: integer({ min: 0, max: 99_999 }),
      completionTokens: integer({ min: 0, max: 9_999 }),
    }),
    { minLength: 20, maxLength: 60 },
  ),
  grants: array(integer({ min: 1, max: 2_000_000_000 }), { maxLength: 2 }),
});

describe('invoices', () => {
  let tables: BillingTables;
  let server: TestDatabase;
  let database: Database;
  let controller: DrawInvoiceController;
  const notes: AuditNoted[] = [];
  const snapshots = new TestSnapshots();
  const draw = async (query: Partial<InvoiceRead>, caller: Caller = admin) =>
    invoiceReadReplySchema.parse(await controller.read({ caller, organization: 'demo', period: '2026-02', ...query }))
      .invoice;

  beforeAll(async () => {
    tables = await createBillingTables();
    ({ server, database } = tables);
    const version = snapshots.publish({ inputNanoUsdPerMillion: '400000007', outputNanoUsdPerMillion: '1600000003' });
    snapshots.put({
      budgets: [buildBudget({ id: 'demo:prepaid', limitNanoUsd: '0', period: 'total' })],
      markups: [{ organization: 'demo', millionths: 150_000 }],
      organizations: [
        { name: 'demo', projects: [] },
        { name: 'idle', projects: [] },
      ],
      exchangeRates: { EUR: '1080000000', JPY: '6700000' },
    });
    const billing = startBilling(database, snapshots);
    const publisher = {
      publish: async (_subject: string, text: string) => void notes.push(JSON.parse(text) as AuditNoted),
    };
    const untold = { publish: async () => undefined } as unknown as DurablePublisher;
    const granting = new GrantCreditHandler(database, new LedgerAccounts(database), billing.leasing, untold);
    controller = new DrawInvoiceController(
      new DrawInvoiceHandler(
        new InvoicesRepository(database),
        publisher as unknown as DurablePublisher,
        snapshots as unknown as SnapshotWatch,
      ),
    );
    for (const [index, { calls, grants }] of sample(monthShape, { numRuns: MONTHS.length, seed: 5 }).entries()) {
      // All of them ended in January: what is recorded later is on a later invoice.
      const events = calls.map(({ promptTokens, completionTokens, ...place }) =>
        buildRequestEnded({
          ...place,
          endedAt: Date.UTC(2026, 0, 31, 23),
          attempts: [buildAttempt({ priceVersion: version, usage: { promptTokens, completionTokens } })],
        }),
      );
      await billing.charging.charge(events);
      await billing.charging.charge(events.slice(0, 7));
      for (const [each, nanoUsd] of grants.entries()) {
        const grant = { budget: 'demo:prepaid', subject: '', nanoUsd: String(nanoUsd), id: `grant-${index}-${each}` };
        await granting.grant({ caller: admin, ...grant });
        await granting.grant({ caller: admin, ...grant });
      }
      await recordedIn(`${MONTHS[index]}-28`);
    }
  });
  afterAll(() => tables.drop());

  /** The clock of the database cannot be set: what was recorded today is said to have been recorded on that day. */
  async function recordedIn(day: string): Promise<void> {
    const today = `(now() AT TIME ZONE 'UTC')::date`;
    for (const table of ['charged_days', 'account_days'])
      await server.query(`UPDATE billing.${table} SET day = $1 WHERE day = ${today}`, [day]);
    for (const [table, column] of [
      ['ledger_transactions', 'recorded_at'],
      ['budget_grants', 'granted_at'],
    ] as const) {
      await server.query(`ALTER TABLE billing.${table} DISABLE TRIGGER USER`);
      await server.query(
        `UPDATE billing.${table} SET ${column} = $1::date + interval '12 hours' WHERE ${column} >= ${today}::timestamp AT TIME ZONE 'UTC'`,
        [day],
      );
      await server.query(`ALTER TABLE billing.${table} ENABLE TRIGGER USER`);
    }
  }

  async function postingsOf(account: string, month: string): Promise<bigint> {
    const [row] = await server.query<{ sum: string }>(
      `SELECT coalesce(sum(amount_nano_usd), 0) AS sum FROM billing.ledger_entries
       JOIN billing.ledger_transactions moved ON moved.id = transaction_id
       JOIN billing.ledger_accounts account ON account.id = account_id
       WHERE name = $1 AND to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM') = $2`,
      [account, month],
    );
    return BigInt(row!.sum);
  }

  it('are exactly what the ledger recorded in the month, line by line and in sum', async () => {
    for (const organization of ['demo', 'acme']) {
      for (const period of [...MONTHS, '2026-03']) {
        const invoice = await draw({ organization, period });
        const posted = await postingsOf(`customer:${organization}`, period);
        expect(BigInt(invoice.chargedNanoUsd)).toBe(posted);
        expect(invoice.lines.reduce((sum, { nanoUsd }) => sum + BigInt(nanoUsd), 0n)).toBe(posted);
        expect(-BigInt(invoice.creditedNanoUsd)).toBe(await postingsOf(`credits:${organization}`, period));
        expect(invoice.status).toBe('closed');
        for (const { project, model, nanoUsd, requests } of invoice.lines) {
          const [row] = await server.query<{ sum: string; count: string }>(
            `SELECT sum(cost_nano_usd - overrun_nano_usd) AS sum, count(*) AS count FROM billing.charges
             JOIN billing.ledger_transactions ON reference = request_id AND kind = 'charge'
             WHERE organization = $1 AND project = $2 AND model = $3 AND to_char(recorded_at, 'YYYY-MM') = $4`,
            [organization, project, model, period],
          );
          expect([nanoUsd, requests]).toEqual([row!.sum, Number(row!.count)]);
        }
      }
    }
  });

  it('use credit for charges month by month, and carry on what is left', async () => {
    let credit = 0n;
    for (const period of MONTHS) {
      const invoice = await draw({ period });
      expect(BigInt(invoice.creditBeforeNanoUsd)).toBe(credit);
      const available = credit + BigInt(invoice.creditedNanoUsd);
      const charged = BigInt(invoice.chargedNanoUsd);
      const used = available < charged ? available : charged;
      expect(BigInt(invoice.creditUsedNanoUsd)).toBe(used);
      expect(BigInt(invoice.dueNanoUsd)).toBe(charged - used);
      credit = available - used;
      expect(BigInt(invoice.creditAfterNanoUsd)).toBe(credit);
      expect(new Set(invoice.credits.map(({ budget }) => budget)).size).toBeLessThanOrEqual(1);
    }
    const gap = await draw({ period: '2026-03' });
    expect(gap).toMatchObject({ lines: [], chargedNanoUsd: '0', dueNanoUsd: '0' });
  });

  it('stand in another currency by the table of rates, which has a version', async () => {
    const invoice = await draw({ currency: 'EUR' });
    const { inCurrency } = invoice;
    expect(inCurrency).toMatchObject({ currency: 'EUR', rateNanoUsd: '1080000000' });
    expect(inCurrency?.ratesVersion).toMatch(/^rates_[0-9a-f]{16}$/);
    const back = (BigInt(inCurrency!.chargedNano) * 1_080_000_000n) / 1_000_000_000n;
    const difference = back - BigInt(invoice.chargedNanoUsd);
    expect(difference >= -2n && difference <= 2n).toBe(true);
    expect(BigInt(inCurrency!.dueNano)).toBe(BigInt(inCurrency!.chargedNano) - BigInt(inCurrency!.creditUsedNano));
    snapshots.put({ exchangeRates: { EUR: '1080000001' } });
    expect((await draw({ currency: 'EUR' })).inCurrency?.ratesVersion).not.toBe(inCurrency?.ratesVersion);
    await expect(draw({ currency: 'XYZ' })).rejects.toMatchObject({ reply: { code: 'unknown_currency', status: 400 } });
  });

  it('of the month at hand are open, and there are none of months to come or of unknown organizations', async () => {
    const thisMonth = new Date().toISOString().slice(0, 7);
    expect(await draw({ organization: 'idle', period: thisMonth })).toMatchObject({ status: 'open', lines: [] });
    await expect(draw({ period: '9999-01' })).rejects.toMatchObject({ reply: { code: 'period_ahead' } });
    await expect(draw({ organization: 'nobody' })).rejects.toMatchObject({ reply: { status: 404 } });
  });

  it('are for those who may read the ledger of the organization, and others do not learn that it exists', async () => {
    const billing: Caller = { ...admin, organization: 'demo', admin: false, person: 'p1' };
    const of = (role: 'billing' | 'viewer', organization: string, project?: string): Caller => ({
      ...billing,
      grants: [{ role, organization, ...(project === undefined ? {} : { project }) }],
    });
    expect((await draw({}, of('billing', 'demo'))).organization).toBe('demo');
    for (const caller of [
      of('billing', 'acme'),
      of('viewer', 'demo'),
      of('billing', 'demo', 'default'),
      { organization: 'demo', project: 'default', key: 'ci', admin: false },
    ]) {
      await expect(draw({}, caller)).rejects.toMatchObject({ reply: { status: 404, code: 'organization_not_found' } });
    }
  });

  it('are on record in the trail of the organization, with who drew them', async () => {
    notes.length = 0;
    const { dueNanoUsd } = await draw({});
    expect(notes).toMatchObject([
      {
        organization: 'demo',
        type: 'invoice.drawn',
        actor: { kind: 'admin-key', id: 'bootstrap' },
        subject: { kind: 'invoice', id: 'demo/2026-02' },
        detail: { dueNanoUsd, status: 'closed' },
      },
    ]);
  });

  it('are not drawn where lines and ledger do not agree', async () => {
    await server.query(`UPDATE billing.charged_days SET cost_nano_usd = cost_nano_usd + 1
      WHERE ctid = (SELECT ctid FROM billing.charged_days WHERE organization = 'acme' AND day = '2026-02-28' LIMIT 1)`);
    await expect(draw({ organization: 'acme' })).rejects.toMatchObject({ reply: { code: 'ledger_disagrees' } });
  });
});
