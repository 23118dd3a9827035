import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BudgetEntry, BudgetLease, Hold, RequestEnded } from '#libs/contracts';
import { priceVersionOf } from '#libs/pricing';
import type { Database } from '#libs/storage';
import { buildAttempt, buildRequestEnded, type TestDatabase } from '#libs/testing';
import { createBillingTables, type BillingTables } from '../billing-tables.fixture.js';
import { buildBudget, startBilling, TestSnapshots, type BillingForTests } from '../billing.fixture.js';

const prices = { inputNanoUsdPerMillion: '1000000', outputNanoUsdPerMillion: '1000000' };
const priceVersion = priceVersionOf(prices, 'main', 'gpt-4.1-mini');

/** An event that costs as many nano-USD as it has prompt tokens. */
function costing(nanoUsd: number, hold: Hold | undefined, changes: Partial<RequestEnded> = {}): RequestEnded {
  const usage = { promptTokens: nanoUsd, completionTokens: 0 };
  const attempts = [buildAttempt({ priceVersion, usage, firstByteMilliseconds: 5 })];
  return buildRequestEnded({ attempts, ...(hold ? { hold } : {}), ...changes });
}

describe('budgets', () => {
  let tables: BillingTables;
  let server: TestDatabase;
  let database: Database;
  let snapshots: TestSnapshots;
  let billing: BillingForTests;
  let budget: BudgetEntry;

  const put = (changes: Partial<BudgetEntry>): void => {
    budget = buildBudget({ id: `demo:${randomUUID()}`, ...changes });
    snapshots.put({ budgets: [budget] });
  };
  const ask = (changes: Partial<BudgetLease> = {}) =>
    billing.leasing.lease({
      budget: budget.id,
      subject: '',
      holder: 'ingress-1',
      leastNanoUsd: '100',
      wantNanoUsd: '100',
      longestCallMilliseconds: 1_000,
      ...changes,
    });
  const leased = async (nanoUsd: string, changes: Partial<BudgetLease> = {}): Promise<string> => {
    const { granted } = await ask({ leastNanoUsd: nanoUsd, wantNanoUsd: nanoUsd, ...changes });
    if (!granted) throw new Error('nothing was leased');
    return granted.lease;
  };
  const period = async (subject = '') => {
    const [row] = await server.query(
      `SELECT posted_nano_usd::int AS posted, held_nano_usd::int AS held, overrun_nano_usd::int AS overrun
       FROM billing.budget_periods WHERE budget_id = $1 AND subject = $2`,
      [budget.id, subject],
    );
    return row;
  };
  const holdOf = (nanoUsd: number, ...leases: string[]): Hold => ({
    nanoUsd: String(nanoUsd),
    leases: leases.map((id) => ({ id, nanoUsd: String(nanoUsd) })),
  });
  const unbalanced = () =>
    server.query('SELECT transaction_id FROM billing.ledger_entries GROUP BY 1 HAVING sum(amount_nano_usd) <> 0');

  beforeAll(async () => {
    tables = await createBillingTables();
    ({ server, database } = tables);
    snapshots = new TestSnapshots();
    snapshots.publish(prices);
    billing = startBilling(database, snapshots);
  });
  beforeEach(() => put({ limitNanoUsd: '1000' }));
  afterAll(() => tables.drop());

  it('posts what was charged and frees the rest of the hold', async () => {
    const lease = await leased('300');
    expect(await period()).toEqual({ posted: 0, held: 300, overrun: 0 });
    await billing.charging.charge([costing(70, holdOf(100, lease)), costing(30, holdOf(200, lease))]);
    expect(await period()).toEqual({ posted: 100, held: 0, overrun: 0 });
    expect(await unbalanced()).toEqual([]);
  });

  it('gives a good part while there is plenty, and what is asked for near the limit', async () => {
    put({ limitNanoUsd: '160000' });
    expect((await ask()).granted?.nanoUsd).toBe('10000');
    put({ limitNanoUsd: '160' });
    expect((await ask()).granted?.nanoUsd).toBe('100');
  });

  it('never leases beyond the limit, however many ask at once', async () => {
    const asked = await Promise.all(Array.from({ length: 60 }, () => ask()));
    expect(asked.filter(({ granted }) => granted)).toHaveLength(10);
    expect(await period()).toEqual({ posted: 0, held: 1_000, overrun: 0 });
    expect(billing.recalls).toContain(JSON.stringify({ budget: budget.id, subject: '', holder: 'ingress-1' }));
  });

  it('settles once, whatever comes again', async () => {
    const lease = await leased('100');
    const event = costing(40, holdOf(100, lease));
    await billing.charging.charge([event, event]);
    await Promise.all([billing.charging.charge([event]), billing.charging.charge([event])]);
    await billing.charging.charge([{ ...event, outcome: 'failed', attempts: [] }]);
    expect(await period()).toEqual({ posted: 40, held: 0, overrun: 0 });
  });

  it('posts no more than was held; what is beyond goes to the account of overruns', async () => {
    const lease = await leased('100');
    const event = costing(150, holdOf(100, lease), { organization: 'demo' });
    await billing.charging.charge([event]);
    expect(await period()).toEqual({ posted: 100, held: 0, overrun: 50 });
    await billing.charging.charge([event]);
    const told = billing.noted.flatMap(
      ({ detail }) => (detail?.['charges'] ?? []) as { requestId: string; costNanoUsd: string }[],
    );
    const charged = told.filter(({ requestId }) => requestId === event.requestId);
    expect(charged.map(({ costNanoUsd }) => costNanoUsd)).toEqual(['100', '100']);
    const entries = await server.query(
      `SELECT name, amount_nano_usd::int AS amount FROM billing.ledger_entries
       JOIN billing.ledger_transactions t ON t.id = transaction_id JOIN billing.ledger_accounts a ON a.id = account_id
       WHERE reference = $1 ORDER BY name`,
      [event.requestId],
    );
    expect(entries).toEqual([
      { name: 'customer:demo', amount: 100 },
      { name: 'overruns:demo', amount: 50 },
      { name: 'payable:main', amount: -150 },
      { name: 'provider_cost:main', amount: 150 },
      { name: 'revenue', amount: -150 },
    ]);
  });

  it('frees what is given back, and no more than there is', async () => {
    const lease = await leased('300');
    await billing.leasing.giveBack({ returns: [{ lease, nanoUsd: '200' }] });
    expect(await period()).toMatchObject({ held: 100 });
    await billing.leasing.giveBack({ returns: [{ lease, nanoUsd: '200' }] });
    expect(await period()).toMatchObject({ held: 0 });
  });

  it('posts late what comes after its reservation ended, where there is room, and as an overrun where there is none', async () => {
    const lease = await leased('600');
    await billing.reservations.end([lease], 'expired');
    expect(await period()).toEqual({ posted: 0, held: 0, overrun: 0 });
    await billing.charging.charge([costing(500, holdOf(600, lease))]);
    expect(await period()).toEqual({ posted: 500, held: 0, overrun: 0 });
    await billing.charging.charge([costing(600, holdOf(600, lease))]);
    expect(await period()).toEqual({ posted: 500, held: 0, overrun: 600 });
  });

  it('gives each end user a budget of its own, the first request included', async () => {
    put({ limitNanoUsd: '300', scope: { eachEndUser: true } });
    const asked = await Promise.all(
      ['ann', 'ben'].flatMap((subject) => [1, 2, 3, 4, 5, 6, 7, 8].map(() => ask({ subject }))),
    );
    expect(asked.filter(({ granted }) => granted)).toHaveLength(6);
    expect(await period('ann')).toMatchObject({ held: 300 });
  });

  it('is closed while more is spent than a lowered limit, and open again when it is raised', async () => {
    const lease = await leased('500');
    await billing.charging.charge([costing(500, holdOf(500, lease))]);
    snapshots.put({ budgets: [{ ...budget, limitNanoUsd: '400' }] });
    expect((await ask()).granted).toBeUndefined();
    snapshots.put({ budgets: [{ ...budget, limitNanoUsd: '600' }] });
    expect((await ask()).granted?.nanoUsd).toBe('100');
  });

  it('goes on to the end of a longer period that began at the same moment', async () => {
    const lease = await leased('500');
    await billing.charging.charge([costing(500, holdOf(500, lease))]);
    // As a budget of an hour leaves it that was spent from in the first hour of the month.
    await server.query(
      `UPDATE billing.budget_periods SET ends_at = starts_at + interval '1 hour' WHERE budget_id = $1`,
      [budget.id],
    );
    const { granted, state } = await ask();
    expect(granted?.nanoUsd).toBe('100');
    expect(state.resetsAt).toBeGreaterThan(Date.now());
    expect(await period()).toMatchObject({ posted: 500 });
  });

  it('settles a request on every budget that counts it, by provider too', async () => {
    const first = await leased('100');
    const organizationBudget = budget;
    put({ limitNanoUsd: '1000', scope: { providers: ['other'] } });
    const second = await leased('100');
    const hold: Hold = {
      nanoUsd: '100',
      leases: [
        { id: first, nanoUsd: '100' },
        { id: second, nanoUsd: '100', providers: ['other'] },
      ],
    };
    await billing.charging.charge([costing(80, hold)]);
    expect(await period()).toEqual({ posted: 0, held: 0, overrun: 0 });
    budget = organizationBudget;
    expect(await period()).toEqual({ posted: 80, held: 0, overrun: 0 });
  });

  it('notifies of each share once, and of the first refusal', async () => {
    put({ limitNanoUsd: '1000', alertAt: [0.5, 0.9] });
    const told = () => billing.notifications.filter(({ data }) => data.id === budget.id);
    for (const nanoUsd of [400, 100, 100, 350]) {
      const lease = await leased(String(nanoUsd));
      await billing.charging.charge([costing(nanoUsd, holdOf(nanoUsd, lease))]);
    }
    await ask();
    await ask();
    expect(told().map(({ type, data }) => [type, data.share])).toEqual([
      ['budget.threshold_reached', 0.5],
      ['budget.threshold_reached', 0.9],
      ['budget.exhausted', undefined],
    ]);
  });

  it.each(['a\nb', `${'long '.repeat(100)}ann`])(
    'notifies of end users however they are called: %j',
    async (subject) => {
      put({ limitNanoUsd: '1000', alertAt: [0.5, 0.9], scope: { eachEndUser: true } });
      for (const nanoUsd of [600, 350]) {
        const lease = await leased(String(nanoUsd), { subject });
        await billing.charging.charge([costing(nanoUsd, holdOf(nanoUsd, lease))]);
      }
      const keys = billing.notifications.filter(({ data }) => data.id === budget.id).map(({ key }) => key);
      expect(new Set(keys).size).toBe(2);
      for (const key of keys) expect(key).toMatch(/^[\x20-\x7e]{1,300}$/);
    },
  );

  it('closes a budget that is set below what is spent and held, calls back what is leased, and says so once', async () => {
    put({ limitNanoUsd: '1000' });
    const lease = await leased('300');
    await billing.charging.charge([costing(300, holdOf(300, lease))]);
    await leased('200');
    await billing.lowered.look();
    const recalled = billing.recalls.length;
    const told = () => billing.notifications.filter(({ data }) => data.id === budget.id);
    expect(told()).toEqual([]);

    budget = { ...budget, limitNanoUsd: '400' };
    snapshots.put({ budgets: [budget] });
    await billing.lowered.look();
    await billing.lowered.look();
    expect(told()).toEqual([
      expect.objectContaining({
        type: 'budget.below_used',
        data: expect.objectContaining({
          limit_usd: '0.0000004',
          used_usd: '0.0000003',
          held_usd: '0.0000002',
        }),
      }),
    ]);
    expect(billing.recalls.slice(recalled).map((text) => JSON.parse(text))).toEqual([
      { budget: budget.id, subject: '', holder: '' },
    ]);
    expect((await ask()).granted).toBeUndefined();
    expect((await ask()).state).toMatchObject({ limitNanoUsd: '400', postedNanoUsd: '300', heldNanoUsd: '200' });

    budget = { ...budget, limitNanoUsd: '350' };
    snapshots.put({ budgets: [budget] });
    await billing.lowered.look();
    expect(told()).toHaveLength(2);
    budget = { ...budget, limitNanoUsd: '2000' };
    snapshots.put({ budgets: [budget] });
    await billing.lowered.look();
    expect((await ask()).granted?.nanoUsd).toBeDefined();
    expect(told()).toHaveLength(2);
  });

  it('charges the platform for what no caller got, and keeps its own account of it', async () => {
    const lost = buildAttempt({ priceVersion, usage: { promptTokens: 30, completionTokens: 0 }, outcome: 'cancelled' });
    const lease = await leased('100');
    const event = costing(20, holdOf(100, lease));
    event.attempts.unshift(lost);
    await billing.charging.charge([event]);
    expect(await period()).toMatchObject({ posted: 20 });
    const [charge] = await server.query(
      'SELECT cost_nano_usd::int AS cost, waste_nano_usd::int AS waste FROM billing.charges WHERE request_id = $1',
      [event.requestId],
    );
    expect(charge).toEqual({ cost: 20, waste: 30 });
  });

  it('adds the markup of the organisation, and keeps it with the charge', async () => {
    snapshots.put({ markups: [{ organization: 'demo', millionths: 250_000 }] });
    const event = costing(102, undefined);
    await billing.charging.charge([event]);
    snapshots.put({ markups: [] });
    const [charge] = await server.query(
      'SELECT cost_nano_usd::int AS cost, markup_millionths AS markup FROM billing.charges WHERE request_id = $1',
      [event.requestId],
    );
    expect(charge).toEqual({ cost: 128, markup: 250_000 });
  });

  it.each(['ledger_entries', 'ledger_transactions', 'settlements', 'budget_grants'])(
    'lets nobody change or take away a row of %s',
    async (table) => {
      const attempts = [`DELETE FROM billing.${table}`, `TRUNCATE billing.${table}`];
      for (const attempt of attempts)
        await expect(server.query(attempt)).rejects.toThrow(/append-only|permission denied/);
    },
  );

  it('leaves the ledger balanced, and on the account of holds what budgets hold', async () => {
    const [sums] = await server.query(`
      SELECT coalesce(sum(amount_nano_usd), 0)::int AS all,
        (SELECT sum(held_nano_usd)::int FROM billing.budget_periods) -
        (SELECT coalesce(sum(amount_nano_usd), 0)::int FROM billing.ledger_entries
          JOIN billing.ledger_accounts a ON a.id = account_id WHERE name LIKE 'holds:%') AS holds,
        (SELECT count(*)::int FROM billing.budget_periods p WHERE posted_nano_usd <>
          (SELECT coalesce(sum(posted_nano_usd), 0) FROM billing.settlements s WHERE s.period_id = p.id)) AS posted,
        (SELECT count(*)::int FROM billing.budget_periods p WHERE held_nano_usd <>
          (SELECT coalesce(sum(remaining_nano_usd), 0) FROM billing.reservations r
            WHERE r.period_id = p.id AND state = 'held')) AS held
      FROM billing.ledger_entries`);
    expect(sums).toEqual({ all: 0, holds: 0, posted: 0, held: 0 });
    expect(await unbalanced()).toEqual([]);
  });
});
