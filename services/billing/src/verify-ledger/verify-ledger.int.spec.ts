import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditNoted, BudgetGrant, Caller } from '#libs/contracts';
import type { DurablePublisher } from '#libs/messaging';
import { priceVersionOf } from '#libs/pricing';
import type { Database } from '#libs/storage';
import { buildAttempt, buildRequestEnded, type TestDatabase } from '#libs/testing';
import { createBillingTables, type BillingTables } from '../billing-tables.fixture.js';
import { AnswerBudgetsHandler } from '../answer-budgets/answer-budgets.handler.js';
import { buildBudget, knownBudgets, startBilling, TestSnapshots, type BillingForTests } from '../billing.fixture.js';
import { GrantCreditHandler } from '../grant-credit/grant-credit.handler.js';
import { LedgerAccounts } from '../keep-ledger/ledger-accounts.repository.js';
import { PriceVersionsRepository } from '../price-call/price-versions.repository.js';
import { VerifyLedgerHandler } from './verify-ledger.handler.js';

const prices = {
  inputNanoUsdPerMillion: '3000000',
  outputNanoUsdPerMillion: '15000000',
  cachedInputNanoUsdPerMillion: '300000',
  reasoningOutputNanoUsdPerMillion: '20000000',
  nanoUsdPerThousandWebSearches: '10000000',
};
const priceVersion = priceVersionOf(prices, 'main', 'gpt-4.1-mini');
const admin = { organization: 'demo', project: 'shop', key: 'admin', admin: true };
const usages = [
  { promptTokens: 1_000, completionTokens: 70, cachedPromptTokens: 400, reasoningTokens: 33, webSearches: 2 },
  { promptTokens: 7, completionTokens: 1, cachedPromptTokens: 7 },
];

/** Each puts something wrong into the books, as a defect or an intruder with all rights might. */
const WRONGS: [check: string, sql: string][] = [
  [
    'C1',
    'UPDATE billing.ledger_entries SET amount_nano_usd = amount_nano_usd + 1 WHERE ctid = (SELECT min(ctid) FROM billing.ledger_entries)',
  ],
  ['C3', 'UPDATE billing.budget_periods SET held_nano_usd = held_nano_usd + highest_limit_nano_usd'],
  ['C4', 'UPDATE billing.budget_periods SET posted_nano_usd = posted_nano_usd + 1'],
  ['C4', 'UPDATE billing.budget_periods SET granted_nano_usd = granted_nano_usd + 1'],
  [
    'C4',
    `INSERT INTO billing.budget_grants SELECT 'unbooked ' || id, id, 1, NULL, 'nobody' FROM billing.budget_periods`,
  ],
  [
    'C5',
    `INSERT INTO billing.ledger_transactions SELECT nextval('billing.ledger_transaction_ids'), kind, reference FROM billing.ledger_transactions WHERE kind = 'charge' LIMIT 1`,
  ],
  ['C6', `DELETE FROM billing.charges WHERE request_id = (SELECT min(request_id) FROM billing.charges)`],
  ['C7', 'UPDATE billing.settlements SET posted_nano_usd = held_nano_usd + 1'],
  [
    'C8',
    `UPDATE billing.reservations SET remaining_nano_usd = placed_nano_usd, expires_at = now() - interval '1 hour'`,
  ],
  ['C9', 'UPDATE billing.charge_lines SET prompt_tokens = prompt_tokens + 1000'],
  ['C9', 'UPDATE billing.charges SET cost_nano_usd = cost_nano_usd + 1'],
  ['C10', 'UPDATE billing.charges SET prompt_tokens = prompt_tokens + 1'],
  ['C10', `UPDATE billing.charges SET batch_id = 'batch_1', line = 1`],
  ['C12', `UPDATE billing.charge_lines SET payer = 'caller' WHERE payer = 'platform'`],
  ['C11', 'ALTER TABLE billing.ledger_entries DISABLE TRIGGER ledger_entries_are_append_only'],
];

describe('the ledger', () => {
  let tables: BillingTables;
  let server: TestDatabase;
  let database: Database;
  let snapshots: TestSnapshots;
  let billing: BillingForTests;
  let ledger: VerifyLedgerHandler;
  let credits: GrantCreditHandler;
  const notes: AuditNoted[] = [];

  beforeAll(async () => {
    tables = await createBillingTables();
    ({ server, database } = tables);
    snapshots = new TestSnapshots();
    snapshots.publish(prices);
    snapshots.put({
      budgets: [buildBudget({ limitNanoUsd: '10000000' })],
      markups: [{ organization: 'demo', millionths: 99_999 }],
    });
    billing = startBilling(database, snapshots);
    ledger = new VerifyLedgerHandler(database, new PriceVersionsRepository(database));
    const publish = async (_subject: string, text: string) => void notes.push(JSON.parse(text) as AuditNoted);
    const publisher = { publish } as unknown as DurablePublisher;
    credits = new GrantCreditHandler(database, new LedgerAccounts(database), billing.leasing, publisher);
    for (const usage of usages) {
      const { granted } = await billing.leasing.lease({
        budget: 'demo:month',
        subject: '',
        holder: 'p',
        leastNanoUsd: '100000',
        wantNanoUsd: '100000',
        longestCallMilliseconds: 1,
      });
      const hold = { nanoUsd: '100000', leases: [{ id: granted?.lease ?? '', nanoUsd: '100000' }] };
      const attempts = [buildAttempt({ priceVersion, usage }), buildAttempt({ priceVersion, usage })];
      await billing.charging.charge([buildRequestEnded({ attempts, hold }), buildRequestEnded({ attempts })]);
    }
  });
  afterAll(() => tables.drop());

  const grant = (changes: Partial<BudgetGrant> = {}) =>
    credits.grant({
      caller: admin,
      budget: 'demo:month',
      subject: '',
      nanoUsd: '500',
      id: `grant-${randomUUID()}`,
      ...changes,
    });

  it('is sound, and says how much of it there is', async () => {
    expect(await ledger.verify({ caller: admin })).toMatchObject({ charges: 4, lines: 8, findings: [] });
  });

  it('is verified for nobody but the admin key', async () => {
    await expect(ledger.verify({ caller: { ...admin, admin: false } })).rejects.toMatchObject({
      reply: { status: 403 },
    });
  });

  it.each(WRONGS)('is found to be wrong by %s: %s', async (check, sql) => {
    // All of it in one transaction that is rolled back, with triggers off.
    const found = await database
      .transaction(async (transaction) => {
        await transaction.query('GRANT ALL ON ALL TABLES IN SCHEMA billing TO CURRENT_USER');
        await transaction.query('SET LOCAL session_replication_role = replica');
        await transaction.query(sql);
        const inside = transaction as unknown as Database;
        throw new Found(
          await new VerifyLedgerHandler(inside, new PriceVersionsRepository(inside)).verify({ caller: admin }),
        );
      })
      .catch((thrown: unknown) => {
        if (thrown instanceof Found) return thrown.reply.findings;
        throw thrown;
      });
    expect(found.map((finding) => finding.check.split(' ')[0])).toContain(check);
  });

  it('takes a grant once, however often it comes', async () => {
    const id = `grant-${randomUUID()}`;
    const replies = await Promise.all(Array.from({ length: 100 }, () => grant({ id })));
    expect(replies.filter(({ isNew }) => isNew)).toHaveLength(1);
    const [row] = await server.query(
      `SELECT granted_nano_usd::int AS granted FROM billing.budget_periods WHERE budget_id = 'demo:month'`,
    );
    expect(row).toEqual({ granted: 500 });
    const told = notes.filter(({ detail }) => detail?.['grant'] === id);
    expect(told[0]).toMatchObject({
      organization: 'demo',
      type: 'credit.granted',
      actor: { kind: 'admin-key', id: 'admin' },
      subject: { kind: 'budget', id: 'demo:month' },
      detail: { nanoUsd: '500' },
    });
    // The trail knows a repetition by its id.
    expect(new Set(told.map(({ noteId }) => noteId)).size).toBe(1);
    expect((await ledger.verify({ caller: admin })).findings).toEqual([]);
  });

  it.each([
    [{ caller: { ...admin, admin: false } }, 403],
    [{ budget: 'nobody:month' }, 404],
    [{ nanoUsd: '0' }, 400],
    [{ nanoUsd: '900000000000000000' }, 400],
    [{ subject: 'ann' }, 400],
  ])('refuses a grant with %j', async (changes, status) => {
    await expect(grant(changes)).rejects.toMatchObject({ reply: { status } });
  });

  it('grants to the end user who has the budget, and to nobody else', async () => {
    const before = snapshots.current?.budgets ?? [];
    snapshots.put({ budgets: [...before, buildBudget({ id: 'demo:users', scope: { eachEndUser: true } })] });
    const param = { reply: { status: 400, param: 'end_user' } };
    await expect(grant({ budget: 'demo:users' })).rejects.toMatchObject(param);
    expect(await grant({ budget: 'demo:users', subject: 'ann' })).toMatchObject({ isNew: true });
    snapshots.put({ budgets: before });
  });

  it('takes no other grant under the id of one, and does nothing then', async () => {
    const before = snapshots.current?.budgets ?? [];
    snapshots.put({ budgets: [...before, buildBudget({ id: 'demo:other' })] });
    const one = { id: `grant-${randomUUID()}`, budget: 'demo:other' };
    await grant(one);
    const refusal = { reply: { status: 409, code: 'grant_id_used' } };
    await expect(grant({ ...one, nanoUsd: '501' })).rejects.toMatchObject(refusal);
    await expect(grant({ ...one, budget: 'demo:month' })).rejects.toMatchObject(refusal);
    expect(await grant(one)).toMatchObject({ isNew: false });
    snapshots.put({ budgets: before });
    expect((await ledger.verify({ caller: admin })).findings).toEqual([]);
  });

  it('shows callers the budgets that bind them, and the admin key all', async () => {
    const others = [
      buildBudget({ id: 'demo/shop:own', project: 'shop' }),
      buildBudget({ id: 'demo/search:own', project: 'search' }),
      buildBudget({ id: 'acme:month', organization: 'acme' }),
    ];
    const before = snapshots.current?.budgets ?? [];
    snapshots.put({ budgets: [...before, ...others] });
    const handler = new AnswerBudgetsHandler(knownBudgets(snapshots), database);
    const idsFor = async (caller: Caller) => (await handler.list({ caller })).budgets.map(({ id }) => id);
    expect(await idsFor({ ...admin, admin: false })).toEqual(['demo/shop:own', 'demo:month']);
    expect(await idsFor({ ...admin, organization: 'acme', admin: false })).toEqual(['acme:month']);
    const elsewhere = { ...admin, admin: false, project: 'elsewhere', person: 'p1' };
    const wide = { role: 'billing' as const, organization: 'demo' };
    expect(await idsFor({ ...elsewhere, grants: [wide] })).toEqual(
      (await idsFor(admin)).filter((id) => id.startsWith('demo')),
    );
    expect(await idsFor({ ...elsewhere, grants: [wide] })).toContain('demo/shop:own');
    expect(await idsFor({ ...elsewhere, grants: [{ ...wide, project: 'elsewhere' }] })).not.toContain('demo/shop:own');
    expect(await idsFor(admin)).toHaveLength(4);
    snapshots.put({ budgets: before });
  });

  it('shows a budget whose period was changed as it stands in the new one alone', async () => {
    const before = snapshots.current?.budgets ?? [];
    const handler = new AnswerBudgetsHandler(knownBudgets(snapshots), database);
    for (const [period, nanoUsd] of [
      ['month', '700'],
      ['total', '300'],
    ] as const) {
      snapshots.put({ budgets: [...before, buildBudget({ id: 'demo:changed', period })] });
      await grant({ budget: 'demo:changed', nanoUsd });
    }
    const shown = (await handler.list({ caller: admin })).budgets.filter(({ id }) => id === 'demo:changed');
    expect(shown).toEqual([expect.objectContaining({ period: 'total', grantedNanoUsd: '300' })]);
    expect(shown[0]).not.toHaveProperty('resetsAt');
    snapshots.put({ budgets: before });
  });

  it.each(['hour', 'day', 'week', 'month', 'quarter'])(
    'has each moment in exactly one %s of every zone',
    async (period) => {
      const rows = await server.query(
        `SELECT at, zone, p.starts_at, p.ends_at, next.starts_at AS next FROM
         generate_series(timestamptz '2026-03-01', timestamptz '2026-11-10', interval '5 hours 31 minutes') at,
         unnest(ARRAY['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'America/Havana', 'Australia/Lord_Howe']) zone,
         billing.period_of($1, zone, at) p, billing.period_of($1, zone, p.ends_at) next
       WHERE NOT (p.starts_at <= at AND at < p.ends_at AND next.starts_at = p.ends_at)`,
        [period],
      );
      expect(rows).toEqual([]);
    },
  );
});

class Found extends Error {
  constructor(readonly reply: Awaited<ReturnType<VerifyLedgerHandler['verify']>>) {
    super('rolled back');
  }
}
