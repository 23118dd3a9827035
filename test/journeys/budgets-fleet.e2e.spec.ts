import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { eventually } from '#libs/testing';

import { BudgetSampler } from './budget-sampler.js';
import { call } from './http-call.js';
import { journeyConfiguration, modelFields } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { MoreIngress } from './more-ingress.js';
import { answers, answersAfter, PROMPT_TOKENS, WHOLE_ANSWER_WORDS } from './scripted-behaviours.js';
import { startScriptedProvider, type ScriptedProvider } from './scripted-provider.js';
import { StackForTests } from './stack-for-tests.js';

const COST_NANO_USD = PROMPT_TOKENS * 400 + WHOLE_ANSWER_WORDS * 1_600;
const CALLERS = 24;
const STORM_CALLS = 300;

const keyOf = (project: string): string => `sk-fleet-${project}-0123456789`;
const budget = (calls: number): object[] => [{ limitUsd: ((calls * COST_NANO_USD) / 1e9).toFixed(9), period: 'total' }];

let provider: ScriptedProvider;
let stack: StackForTests;
let more: MoreIngress[];
let sampler: BudgetSampler;
const journey = journeysOn(() => stack);

const urls = (): string[] => [stack.url, ...more.map(({ url }) => url)];

/** The status, or 0 where the connection broke. */
async function ask(url: string, project: string, model = 'quick'): Promise<number> {
  const body = { model, messages: [{ role: 'user', content: 'Count to 80.' }], max_tokens: 80 };
  try {
    return (await call(`${url}/v1/chat/completions`, { key: keyOf(project), body })).status;
  } catch {
    return 0;
  }
}

async function budgetOf(project: string) {
  const [row] = await stack.query<{ limit: string; posted: string; held: string; overrun: string }>(
    `SELECT limit_nano_usd::text AS limit, posted_nano_usd::text AS posted, held_nano_usd::text AS held,
       overrun_nano_usd::text AS overrun FROM billing.budget_periods WHERE budget_id = $1`,
    [`demo/${project}:total`],
  );
  return row;
}

const chargesOf = async (project: string): Promise<number> => {
  const [row] = await stack.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM billing.charges WHERE project = $1 AND cost_nano_usd > 0',
    [project],
  );
  return row?.count ?? 0;
};

const counted = (statuses: readonly number[]): Record<number, number> =>
  statuses.reduce<Record<number, number>>((sums, status) => ({ ...sums, [status]: (sums[status] ?? 0) + 1 }), {});

beforeAll(async () => {
  provider = await startScriptedProvider('main', { steady: answersAfter(100) }, answers);
  const budgets = { ten: budget(10), storm: budget(STORM_CALLS) };
  stack = await StackForTests.start({
    ...journeyConfiguration({ main: provider.fields }, [
      modelFields('quick', [{ provider: 'main', model: 'quick' }], { totalMs: 5_000 }),
      modelFields('steady', [{ provider: 'main', model: 'steady' }], { totalMs: 5_000 }),
    ]),
    organizations: [
      {
        name: 'demo',
        projects: Object.entries(budgets).map(([name, of]) => ({
          name,
          budgets: of,
          keys: [{ name: 'ci', key: keyOf(name) }],
        })),
      },
    ],
  });
  more = await Promise.all([MoreIngress.start(stack), MoreIngress.start(stack)]);
  sampler = BudgetSampler.start((await stack.environmentOf('ingress'))['DATABASE_URL'] ?? '');
}, 120_000);
afterAll(async () => {
  await sampler?.stop();
  for (const one of more ?? []) await one.stop();
  await stack?.stop();
  await provider?.close();
}, 60_000);

describe('budgets over three ingress processes', () => {
  journey(
    'let exactly ten of five hundred through that come at once',
    async () => {
      const before = sampler.samples;
      const given = await Promise.all(
        Array.from({ length: 500 }, (_, index) => ask(urls()[index % 3] ?? stack.url, 'ten')),
      );
      expect(counted(given)).toEqual({ 200: 10, 402: 490 });
      await eventually(async () =>
        expect(await budgetOf('ten')).toMatchObject({ posted: String(10 * COST_NANO_USD), held: '0', overrun: '0' }),
      );
      expect(sampler.samples - before).toBeGreaterThan(5);
      expect(sampler.violations).toEqual([]);
    },
    90_000,
  );

  journey(
    'are kept while a process with a lease, billing and Postgres are killed under load, and nothing stays held',
    async () => {
      const given: number[] = [];
      const over = new AbortController();
      const callers = Array.from({ length: CALLERS }, async (_, index) => {
        for (let turn = index; !over.signal.aborted; turn++) {
          const status = await ask(urls()[turn % 3] ?? stack.url, 'storm', 'steady');
          given.push(status);
          // Who is refused or cut off does not come again at once.
          if (status !== 200) await new Promise((resolve) => setTimeout(resolve, 50));
        }
      });
      const served = (): number => given.filter((status) => status === 200).length;
      await eventually(() => expect(served()).toBeGreaterThan(40), { withinMilliseconds: 20_000 });
      await more[1]?.stop('SIGKILL');
      await stack.kill('billing');
      await eventually(() => expect(served()).toBeGreaterThan(80), { withinMilliseconds: 20_000 });
      await stack.kill('postgres');
      await stack.untilReady();
      // On until nobody gets any more: what the killed process has leased is kept from the others for now.
      await eventually(() => expect(given.slice(-CALLERS).every((status) => status !== 200)).toBe(true), {
        withinMilliseconds: 60_000,
      });
      over.abort();
      await Promise.all(callers);
      await stack.untilReady();
      const posted = () => chargesOf('storm').then((charges) => String(charges * COST_NANO_USD));
      await eventually(async () => expect(await budgetOf('storm')).toMatchObject({ posted: await posted() }), {
        withinMilliseconds: 30_000,
      });
      // Nobody draws from a lease any more after a while. What the killed one had, and what could not be given back while billing was
      // gone, is kept until the last call of it must be over.
      await eventually(
        async () => {
          const young = `SELECT id FROM billing.reservations
            WHERE state = 'held' AND remaining_nano_usd > 0 AND placed_at > now() - interval '16 seconds'`;
          expect(await stack.query(young)).toEqual([]);
        },
        { withinMilliseconds: 30_000, everyMilliseconds: 500 },
      );
      // As if that time were over.
      await stack.query(`UPDATE billing.reservations SET expires_at = now() WHERE state = 'held'`);
      await eventually(
        async () => expect(await budgetOf('storm')).toMatchObject({ posted: await posted(), held: '0', overrun: '0' }),
        { withinMilliseconds: 45_000, everyMilliseconds: 500 },
      );
      const charges = await chargesOf('storm');
      expect(charges).toBeLessThanOrEqual(STORM_CALLS);
      expect(charges).toBeGreaterThanOrEqual(served());
      expect(provider.callsOf('steady').length).toBeGreaterThanOrEqual(charges);
      expect(sampler.violations).toEqual([]);
      // All of it is spent in the end, and not one call beyond.
      await eventually(
        async () => {
          await ask(stack.url, 'storm', 'steady');
          expect(await budgetOf('storm')).toMatchObject({ posted: String(STORM_CALLS * COST_NANO_USD), held: '0' });
        },
        { withinMilliseconds: 60_000 },
      );
      expect(await ask(stack.url, 'storm', 'steady')).toBe(402);
      const verify = await call(`${stack.url}/admin/v1/ledger/verify`, { key: stack.adminKey, body: {} });
      expect(JSON.parse(verify.text)).toMatchObject({ is_sound: true, findings: [] });
    },
    240_000,
  );
});
