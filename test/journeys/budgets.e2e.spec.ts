import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '#libs/testing';
import OpenAI from 'openai';

import { submitChats } from './batch-lines.js';
import { budgetConfiguration, COST_NANO_USD, keyOf, MARKED_KEY, usdFor } from './budget-configuration.js';
import { call, type HttpAnswer } from './http-call.js';
import { journeysOn } from './journey.js';
import { countTokens, refusalsOf, rerank, waitingsOf, WAYS_TO_ASK } from './refusals-in-dialects.js';
import { answers, answersAfter, WHOLE_ANSWER_WORDS } from './scripted-behaviours.js';
import { startScriptedProvider, type ScriptedProvider } from './scripted-provider.js';
import { StackForTests } from './stack-for-tests.js';

let provider: ScriptedProvider;
let stack: StackForTests;
const journey = journeysOn(() => stack);

function ask(project: string, more: object = {}): Promise<HttpAnswer> {
  const body = { model: 'quick', messages: [{ role: 'user', content: 'Count to 80.' }], max_tokens: 80, ...more };
  return call(`${stack.url}/v1/chat/completions`, { key: keyOf(project), body });
}

const URL_OF_IMAGE = 'https://images.example/yard.png';
const images = (count: number): object[] =>
  Array.from({ length: count }, () => ({ type: 'image_url', image_url: { url: URL_OF_IMAGE, detail: 'high' } }));
const pictures = (count: number): object[] =>
  Array.from({ length: count }, () => ({ type: 'image', source: { type: 'url', url: URL_OF_IMAGE } }));

const statuses = (given: readonly HttpAnswer[]): Record<number, number> =>
  given.reduce<Record<number, number>>(
    (counts, { status }) => ({ ...counts, [status]: (counts[status] ?? 0) + 1 }),
    {},
  );

async function budgetOf(project: string) {
  const [row] = await stack.query<{ limit: string; posted: string; held: string; overrun: string }>(
    `SELECT limit_nano_usd::text AS limit, posted_nano_usd::text AS posted, held_nano_usd::text AS held,
       overrun_nano_usd::text AS overrun
     FROM billing.budget_periods WHERE budget_id LIKE $1 AND subject = ''`,
    [`demo/${project}:%`],
  );
  return row;
}

beforeAll(async () => {
  provider = await startScriptedProvider('main', { slow: answersAfter(10_000) }, answers);
  stack = await StackForTests.start(budgetConfiguration(provider.fields));
}, 180_000);
afterAll(async () => {
  await stack?.stop();
  await provider?.close();
}, 90_000);

describe('budgets', () => {
  journey(
    'let exactly ten of five hundred through that come at once, and say why to the others',
    async () => {
      const given = await Promise.all(Array.from({ length: 500 }, () => ask('ten')));
      expect(statuses(given)).toEqual({ 200: 10, 402: 490 });
      const refusal = given.find(({ status }) => status === 402)?.text ?? '';
      expect(JSON.parse(refusal)).toMatchObject({ error: { code: 'budget_exceeded', type: 'insufficient_quota' } });
      expect(refusal).toContain('demo/ten:total');
      await eventually(async () =>
        expect(await budgetOf('ten')).toEqual({
          limit: String(10 * COST_NANO_USD),
          posted: String(10 * COST_NANO_USD),
          held: '0',
          overrun: '0',
        }),
      );
    },
    90_000,
  );

  journey(
    'serve at least ninety of a hundred typical calls, and nothing beyond',
    async () => {
      const before = provider.calls.length;
      const given = await Promise.all(Array.from({ length: 150 }, () => ask('hundred', { max_tokens: 400 })));
      const { 200: served = 0, 402: refused = 0 } = statuses(given);
      expect(served + refused).toBe(150);
      expect(served).toBeGreaterThanOrEqual(90);
      expect(served).toBeLessThanOrEqual(100);
      expect(provider.calls.length - before).toBe(served);
      await eventually(async () =>
        expect(await budgetOf('hundred')).toMatchObject({
          posted: String(served * COST_NANO_USD),
          held: '0',
          overrun: '0',
        }),
      );
    },
    90_000,
  );

  journey(
    'are one for each end user, the first request included',
    async () => {
      const given = await Promise.all(
        ['ann', 'ben'].flatMap((user) => Array.from({ length: 8 }, () => ask('users', { user }))),
      );
      expect(statuses(given)).toEqual({ 200: 4, 402: 12 });
    },
    90_000,
  );

  journey('go on with a cheaper model where they say so', async () => {
    expect((await ask('cheaper')).status).toBe(200);
    const cheaper = await ask('cheaper');
    expect([cheaper.status, cheaper.headers['x-switchyard-model']]).toEqual([200, 'sim-small']);
  });

  journey('are told to every caller in the words of its dialect, and so are limits of rate', async () => {
    const anthropicWays = ['messages', 'streamed messages'];
    const expected = (status: number, ofOpenai: object, ofAnthropic: object) =>
      Object.fromEntries(
        WAYS_TO_ASK.map(([what]) => [
          what,
          { status, ...(anthropicWays.includes(what) ? { code: undefined, ...ofAnthropic } : ofOpenai) },
        ]),
      );
    const empty = { url: stack.url, key: keyOf('empty'), model: 'all' };
    const money = { code: 'budget_exceeded', seenAs: 'APIError', type: 'insufficient_quota' };
    expect(await refusalsOf(empty)).toEqual(
      expected(402, money, { seenAs: 'PaymentRequiredError', type: 'billing_error' }),
    );
    expect(await rerank(empty)).toEqual({ status: 402, text: expect.stringContaining("The budget 'demo/empty:day'") });
    expect(await countTokens(empty)).toBeGreaterThan(0);
    expect(await waitingsOf(empty)).toEqual(['budget', 'budget']);

    expect((await ask('narrow')).status).toBe(200);
    const narrow = { ...empty, key: keyOf('narrow') };
    const rate = { code: 'rate_limit_exceeded', seenAs: 'RateLimitError', type: 'rate_limit_error' };
    expect(await refusalsOf(narrow)).toEqual(expected(429, rate, { seenAs: 'RateLimitError', type: rate.type }));
    expect(await rerank(narrow)).toEqual({
      status: 429,
      text: expect.stringContaining('requests a minute of project narrow/default'),
    });
  });

  journey('of callers who left are free again, and charged what the provider did', async () => {
    const leaving = new AbortController();
    const answer = call(`${stack.url}/v1/chat/completions`, {
      key: keyOf('steady'),
      body: { model: 'slow', messages: [{ role: 'user', content: 'x' }], max_tokens: 80 },
      signal: leaving.signal,
    });
    const calls = provider.calls.length;
    await eventually(() => expect(provider.calls.length).toBeGreaterThan(calls));
    leaving.abort();
    await expect(answer).rejects.toThrow();
    await eventually(async () => {
      const [row] = await stack.query<{ outcome: string; held: string; posted: string; cost: string }>(
        `SELECT outcome, held_nano_usd::text AS held, posted_nano_usd::text AS posted, cost_nano_usd::text AS cost
         FROM billing.settlements JOIN billing.charges USING (request_id) WHERE project = 'steady'`,
      );
      expect(row).toEqual({
        outcome: 'cancelled',
        held: expect.stringMatching(/^[1-9]/),
        posted: row?.cost,
        cost: row?.cost,
      });
      expect(BigInt(row?.posted ?? 0)).toBeLessThan(BigInt(row?.held ?? 0));
    });
  });

  journey(
    'go on while billing hangs as far as is leased, and refuse with 503 beyond',
    async () => {
      expect((await ask('steady')).status).toBe(200);
      await stack.signal('billing', 'SIGSTOP');
      try {
        const calls = provider.calls.length;
        expect((await ask('steady')).status).toBe(200);
        const beyond = await ask('unheld');
        expect(beyond.status).toBe(503);
        expect(Number(beyond.headers['retry-after'])).toBeGreaterThan(0);
        expect(JSON.parse(beyond.text)).toMatchObject({ error: { code: 'budget_unavailable' } });
        expect(provider.calls.length - calls).toBe(1);
      } finally {
        await stack.signal('billing', 'SIGCONT');
      }
      await eventually(async () => expect((await ask('unheld')).status).toBe(200), { withinMilliseconds: 30_000 });
    },
    60_000,
  );

  journey('that are nearly empty serve by the targets that they still have room for', async () => {
    const servedBy = async () => {
      const { status, headers } = await ask('scarce', { model: 'grand' });
      return [status, headers['x-switchyard-model']];
    };
    expect(await servedBy()).toEqual([200, 'quick']);
    expect(await servedBy()).toEqual([200, 'quick']);
    expect(await servedBy()).toEqual([402, undefined]);
    expect(provider.callsOf('dear')).toHaveLength(0);
    await eventually(async () =>
      expect(await budgetOf('scarce')).toMatchObject({ posted: String(2 * COST_NANO_USD), held: '0', overrun: '0' }),
    );
  });

  journey('of a provider that are used up send requests to other providers', async () => {
    const served: unknown[] = [];
    for (let index = 0; index < 3; index++) {
      const { status, headers } = await ask('spread', { model: 'either' });
      served.push([status, headers['x-switchyard-provider']]);
    }
    expect(served).toEqual([
      [200, 'main'],
      [200, 'toy'],
      [200, 'toy'],
    ]);
    expect((await ask('spread')).status).toBe(402);
  });

  journey('of a provider that are used up send jobs and lines of batches to other providers, too', async () => {
    const body = { model: 'either', messages: [{ role: 'user', content: 'Count to 80.' }], max_tokens: 80 };
    const headers = { prefer: 'respond-async, wait=20' };
    const answer = await call(`${stack.url}/v1/chat/completions`, { key: keyOf('spread'), headers, body });
    expect([answer.status, answer.headers['x-switchyard-provider']]).toEqual([200, 'toy']);
    const client = new OpenAI({ baseURL: `${stack.url}/v1`, apiKey: keyOf('spread') });
    const id = await submitChats(client, [body, body, body]);
    await eventually(async () => expect((await client.batches.retrieve(id)).status).toBe('completed'), {
      withinMilliseconds: 30_000,
    });
    await eventually(async () => {
      const charged = await stack.query(
        `SELECT provider, count(*)::int AS count FROM billing.charges JOIN billing.charge_lines USING (request_id)
         WHERE batch_id = $1 GROUP BY 1`,
        [id],
      );
      expect(charged).toEqual([{ provider: 'toy', count: 3 }]);
      expect(await budgetOf('spread')).toMatchObject({ posted: String(COST_NANO_USD), held: '0', overrun: '0' });
    });
  });

  // 32,768 tokens, as many as a call without a cap may take, come to 0.0524 USD.
  it.each<[string, string, object]>([
    ['128 answers', 'chat/completions', { n: 128, max_tokens: 400 }],
    ['the best of many', 'completions', { prompt: 'Count.', best_of: 100, max_tokens: 400 }],
    ['many prompts', 'completions', { prompt: Array.from({ length: 500 }, () => 'Count.'), max_tokens: 100 }],
    ['a billion tokens', 'chat/completions', { max_tokens: 1e9 }],
    ['a billion tokens by the other name', 'chat/completions', { max_tokens: undefined, max_completion_tokens: 1e9 }],
    ['thinking without a bound', 'chat/completions', { max_tokens: undefined, reasoning_effort: 'high' }],
    ['a thousand images', 'chat/completions', { messages: [{ role: 'user', content: images(1_000) }] }],
    ['a thousand images and few words', 'messages', { messages: [{ role: 'user', content: pictures(1_000) }] }],
  ])('are not emptied by one call that asks for %s (S-30)', async (_what, path, more) => {
    const before = provider.calls.length;
    const body = { model: 'quick', max_tokens: 80, messages: [{ role: 'user', content: 'Count.' }], ...more };
    const answer = await call(`${stack.url}/v1/${path}`, { key: keyOf('wallet'), body });
    expect([answer.status, answer.text]).toEqual([402, expect.stringContaining('budget')]);
    expect(provider.calls.length).toBe(before);
    expect(await budgetOf('wallet')).toMatchObject({ posted: '0', overrun: '0' });
  });

  it.each([{ n: 1e9 }, { n: -1 }, { n: 0.5 }, { max_tokens: 1e300 }, { max_tokens: -1 }, { max_tokens: 0.1 }])(
    'refuse what is no number of tokens or answers: %j (S-30)',
    async (more) => {
      const before = provider.calls.length;
      const { status } = await ask('wallet', more);
      expect([400, 402]).toContain(status);
      expect(provider.calls.length).toBe(before);
    },
  );

  journey('are seen by rules of routing, which spare what is left of them', async () => {
    await ask('ruled', { model: 'sparing' });
    await ask('ruled', { model: 'sparing' });
    await eventually(async () =>
      expect((await ask('ruled', { model: 'sparing' })).headers['x-switchyard-model']).toBe('sim-small'),
    );
    expect(provider.callsOf('quick').length).toBeGreaterThan(0);
  });

  journey('and costs that are told include the markup, as it is charged', async () => {
    const body = { model: 'quick', messages: [{ role: 'user', content: 'Count to 80.' }] };
    const answer = await call(`${stack.url}/v1/chat/completions`, { key: MARKED_KEY, body });
    const charged = (COST_NANO_USD * 11) / 10;
    expect(answer.headers['x-switchyard-cost-usd']).toBe(String(charged / 1e9));
    await eventually(async () =>
      expect(
        await stack.query(`SELECT cost_nano_usd::int AS cost FROM billing.charges WHERE organization = 'acme'`),
      ).toEqual([{ cost: charged }]),
    );
  });

  journey(
    'hold the lines of a batch before they are sent, and let those wait that have no room',
    async () => {
      const client = new OpenAI({ baseURL: `${stack.url}/v1`, apiKey: keyOf('batches') });
      const body = { model: 'quick', messages: [{ role: 'user', content: 'Count to 80.' }], max_tokens: 80 };
      const id = await submitChats(
        client,
        Array.from({ length: 6 }, () => body),
      );
      const state = async () => client.batches.retrieve(id);
      await eventually(async () => expect((await state()).request_counts?.completed).toBeGreaterThanOrEqual(2), {
        withinMilliseconds: 30_000,
      });
      const budget = await budgetOf('batches');
      expect(BigInt(budget?.posted ?? 0) + BigInt(budget?.held ?? 0)).toBeLessThanOrEqual(BigInt(budget?.limit ?? 0));
      expect((await state()).status).toBe('in_progress');
      await stack.configure(
        budgetConfiguration(provider.fields, { batches: [{ limitUsd: usdFor(20), period: 'total' }] }),
      );
      await eventually(async () => expect((await state()).status).toBe('completed'), { withinMilliseconds: 30_000 });
      await eventually(async () =>
        expect(await budgetOf('batches')).toMatchObject({ posted: String(6 * COST_NANO_USD), held: '0' }),
      );
    },
    60_000,
  );

  journey('hold a key that the admin API made, from one call to the next, and a refusal names its budget', async () => {
    const door = `${stack.url}/admin/v1/organizations/demo/keys`;
    const make = async (limitUsd: string) => {
      const body = { project: 'steady', name: 'issued', budgets: [{ limitUsd, period: 'total' }] };
      const { status, text } = await call(door, { key: stack.adminKey, body });
      expect([status, text]).toEqual([201, expect.any(String)]);
      return JSON.parse(text) as { key: string; id: string; etag: string };
    };
    const { key, id, etag } = await make(usdFor(2));
    const askWithIt = (of = key) => {
      const body = { model: 'quick', messages: [{ role: 'user', content: 'hi' }], max_tokens: WHOLE_ANSWER_WORDS };
      return call(`${stack.url}/v1/chat/completions`, { key: of, body });
    };
    expect((await askWithIt()).status).toBe(200);
    expect((await askWithIt()).status).toBe(200);
    const refused = await askWithIt();
    expect(refused.status).toBe(402);
    expect(refused.text).toContain("The budget 'demo/steady/issued:total' of demo/steady/issued has no room");
    const set = async (limitUsd: string, ifMatch = '*') => {
      const answer = await fetch(`${door}/${id}`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${stack.adminKey}`, 'content-type': 'application/json', 'if-match': ifMatch },
        body: JSON.stringify({ budgets: [{ limitUsd, period: 'total' }] }),
      });
      expect(answer.status).toBe(200);
      return (await answer.json()) as { warnings?: string[] };
    };
    await set(usdFor(3), etag);
    await eventually(async () => expect((await askWithIt()).status).toBe(200));
    const standing = async (of: string) =>
      JSON.parse((await call(`${stack.url}/v1/budgets`, { key: of })).text) as { data: { id: string }[] };
    expect((await standing(key)).data.map((budget) => budget.id)).toContain('demo/steady/issued:total');
    await eventually(async () =>
      expect(await set(usdFor(1))).toMatchObject({
        warnings: [
          expect.stringMatching(/^The budget 'demo\/steady\/issued:total' is set to .* are spent .* refused until/),
        ],
      }),
    );
    expect((await set(usdFor(4))).warnings).toBeUndefined();

    // A new key of the same name has none of its money.
    const revoked = await fetch(`${door}/${id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${stack.adminKey}` },
    });
    expect(revoked.status).toBe(200);
    const again = await make(usdFor(2));
    await eventually(async () => expect((await askWithIt(again.key)).status).toBe(200));
    expect((await askWithIt(again.key)).status).toBe(200);
    expect((await askWithIt(again.key)).text).toContain("The budget 'demo/steady/issued#2:total'");
    const ids = (await standing(again.key)).data.map((budget) => budget.id);
    expect(ids.filter((one) => one.includes('issued'))).toEqual(['demo/steady/issued#2:total']);
    await eventually(async () => {
      const usage = async (query: string) => {
        const { text } = await call(`${stack.url}/v1/usage?${query}`, { key: stack.adminKey });
        return (JSON.parse(text) as { data: Record<string, unknown>[] }).data;
      };
      const [both] = await usage('group_by=key&key=issued&organization=demo');
      const each = await usage('group_by=key_id&key=issued');
      expect(new Set(each.map((row) => row['key_id']))).toEqual(new Set([id, again.id]));
      expect(await usage(`group_by=key&key_id=${again.id}`)).toMatchObject([{ key: 'issued', requests: 2 }]);
      expect(both?.['requests']).toBe(each.reduce((sum, row) => sum + Number(row['requests']), 0));
    });
  });

  journey('leave a ledger that is balanced to the nano-dollar', async () => {
    const rows = await stack.query(
      `SELECT transaction_id FROM billing.ledger_entries GROUP BY 1 HAVING sum(amount_nano_usd) <> 0
       UNION ALL SELECT 0 FROM billing.budget_periods
         WHERE posted_nano_usd + held_nano_usd > highest_limit_nano_usd + granted_nano_usd`,
    );
    expect(rows).toEqual([]);
    const verify = () => call(`${stack.url}/admin/v1/ledger/verify`, { key: stack.adminKey, body: {} });
    await eventually(async () =>
      expect(JSON.parse((await verify()).text)).toMatchObject({ is_sound: true, findings: [] }),
    );
    const listed = JSON.parse((await call(`${stack.url}/v1/budgets`, { key: keyOf('ten') })).text) as {
      data: object[];
    };
    expect(listed.data).toMatchObject([{ id: 'demo/ten:total', remaining_usd: '0', held_usd: '0', resets_at: null }]);
  });
});
