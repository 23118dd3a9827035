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
const RATE = 150;
const AT_ONCE = 6;
/** Long enough for nats-server to be back within it on a machine under load. */
const LASTING_MILLISECONDS = 9_000;
/** What a process that died had under way is free again after ten seconds; the rest is for a machine that is busy. */
const FREED_WITHIN_MILLISECONDS = 30_000;

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
  const behaviours = {
    steady: answersAfter(100),
    rated: answersAfter(300),
    lasting: answersAfter(LASTING_MILLISECONDS),
  };
  provider = await startScriptedProvider('main', behaviours, answers);
  const projects = {
    ten: { budgets: budget(10) },
    storm: { budgets: budget(STORM_CALLS) },
    rated: { limits: { requestsPerMinute: RATE } },
    narrow: { limits: { concurrency: AT_ONCE } },
  };
  stack = await StackForTests.start({
    ...journeyConfiguration({ main: provider.fields }, [
      modelFields('quick', [{ provider: 'main', model: 'quick' }], { totalMs: 5_000 }),
      modelFields('steady', [{ provider: 'main', model: 'steady' }], { totalMs: 5_000 }),
      modelFields('rated', [{ provider: 'main', model: 'rated' }]),
      modelFields('lasting', [{ provider: 'main', model: 'lasting' }]),
    ]),
    organizations: [
      {
        name: 'demo',
        projects: Object.entries(projects).map(([name, fields]) => ({
          name,
          ...fields,
          keys: [{ name: 'ci', key: keyOf(name) }],
        })),
      },
    ],
  });
  more = await Promise.all([MoreIngress.start(stack), MoreIngress.start(stack)]);
  sampler = BudgetSampler.start((await stack.environmentOf('ingress'))['DATABASE_URL'] ?? '');
}, 180_000);
afterAll(async () => {
  await sampler?.stop();
  for (const one of more ?? []) await one.stop();
  await stack?.stop();
  await provider?.close();
}, 90_000);

/** So many callers who ask one call after the other, at all processes in turn, until they are told to stop. */
function storm(callers: number, project: string, model: string) {
  const given: number[] = [];
  const over = new AbortController();
  const calling = Array.from({ length: callers }, async (_, index) => {
    for (let turn = index; !over.signal.aborted; turn++) {
      const status = await ask(urls()[turn % 3] ?? stack.url, project, model);
      given.push(status);
      // Who is refused or cut off does not come again at once.
      if (status !== 200) await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
  const served = (): number => given.filter((status) => status === 200).length;
  return {
    given,
    served,
    untilServed: (least: number) =>
      eventually(() => expect(served()).toBeGreaterThan(least), { withinMilliseconds: 30_000 }),
    /** Nobody gets any more: what a killed process has leased is kept from the others for now. Nobody is there to refuse at a killed one. */
    untilRefused: (refusal: number) =>
      eventually(
        () => expect(new Set(given.slice(-callers).filter((status) => status !== 0))).toEqual(new Set([refusal])),
        { withinMilliseconds: 120_000 },
      ),
    async stop(): Promise<void> {
      over.abort();
      await Promise.all(calling);
    },
  };
}

describe('limits over three ingress processes', () => {
  const lasting = (url = stack.url): Promise<number> => ask(url, 'narrow', 'lasting');
  const underWay = (): number => provider.callsOf('lasting').length;

  journey(
    'are kept while a process with leases and nats-server are killed under load, and what it had is free again',
    async () => {
      const rated = storm(12, 'rated', 'rated');
      const left = Array.from({ length: AT_ONCE }, () => lasting(more[1]?.url));
      await eventually(() => expect(underWay()).toBe(AT_ONCE));
      await rated.untilServed(40);
      await more[1]?.stop('SIGKILL');
      const killedAt = Date.now();
      expect(new Set(await Promise.all(left))).toEqual(new Set([0]));
      expect(await lasting()).toBe(429);
      await rated.untilServed(80);
      await stack.kill('nats-server');
      await rated.untilRefused(429);
      await rated.stop();
      // By the provider's own count, the calls of the killed process included.
      expect(provider.callsOf('rated').length).toBeLessThanOrEqual(RATE);
      expect(rated.served()).toBeGreaterThan(0.7 * RATE);
      const admitted = eventually(
        async () => {
          const before = underWay();
          const asking = lasting();
          await Promise.race([asking, eventually(() => expect(underWay()).toBeGreaterThan(before))]);
          expect(underWay()).toBeGreaterThan(before);
          return asking;
        },
        { withinMilliseconds: killedAt + FREED_WITHIN_MILLISECONDS - Date.now() },
      );
      expect(await admitted).toBe(200);
      more[1] = await MoreIngress.start(stack);
    },
    180_000,
  );

  journey(
    'of requests under way are kept while nats-server is killed, and all of them are free again afterwards',
    async () => {
      const before = underWay();
      const until = Date.now() + 0.8 * LASTING_MILLISECONDS;
      const running = Array.from({ length: AT_ONCE }, () => lasting());
      await eventually(() => expect(underWay()).toBe(before + AT_ONCE));
      await stack.kill('nats-server');
      const refused: number[] = [];
      // While none of them can have ended.
      while (Date.now() < until) {
        refused.push(await lasting(more[0]?.url));
        expect(underWay()).toBe(before + AT_ONCE);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      expect(refused).toContain(429);
      await Promise.all(running);
      const again = Array.from({ length: AT_ONCE }, () =>
        eventually(async () => expect(await lasting(more[0]?.url)).toBe(200), { withinMilliseconds: 30_000 }),
      );
      await eventually(() => expect(underWay()).toBe(before + 2 * AT_ONCE));
      await Promise.all(again);
    },
    60_000,
  );
});

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
    180_000,
  );

  journey(
    'are kept while a process with a lease, billing, Postgres and nats-server are killed under load, and nothing stays held',
    async () => {
      const calls = storm(CALLERS, 'storm', 'steady');
      await calls.untilServed(40);
      await more[1]?.stop('SIGKILL');
      await stack.kill('billing');
      await calls.untilServed(80);
      await stack.kill('postgres');
      await stack.untilReady();
      await calls.untilServed(120);
      await stack.kill('nats-server');
      await calls.untilRefused(402);
      await calls.stop();
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
      expect(charges).toBeGreaterThanOrEqual(calls.served());
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
