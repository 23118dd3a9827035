import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { eventually } from '#libs/testing';

import { call, type HttpAnswer } from './http-call.js';
import { modelFields, OUR_KEY, THEIR_KEY } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { readRecord } from './request-record.js';
import { startScriptedProvider, type Behaviour, type ScriptedProvider } from './scripted-provider.js';
import { StackForTests } from './stack-for-tests.js';

const EMAIL = 'anna.berg@example.com';
const IBAN = 'DE89370400440532013000';
const GONE = 'http://127.0.0.1:9/check';

/** Says what the last message says: in one piece, or as a stream of three characters each. */
const echoes: Behaviour = ({ messages, stream }, response) => {
  const content = messages.at(-1)?.content;
  const text = typeof content === 'string' ? content : '';
  const usage = { prompt_tokens: 5, completion_tokens: 5, total_tokens: 10 };
  const common = { id: 'chatcmpl-1', created: 1, model: 'echo' };
  if (!stream) {
    const message = { role: 'assistant', content: text };
    const choices = [{ index: 0, message, finish_reason: 'stop' }];
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...common, object: 'chat.completion', choices, usage }));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (value: object): void => void response.write(`data: ${JSON.stringify(value)}\n\n`);
  const chunk = (delta: object, reason: string | null = null): object => ({
    ...common,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason: reason }],
  });
  for (const piece of text.match(/[^]{1,3}/gu) ?? []) send(chunk({ content: piece }));
  send(chunk({}, 'stop'));
  send({ ...common, object: 'chat.completion.chunk', choices: [], usage });
  response.end('data: [DONE]\n\n');
};

/** A moderation model that finds nothing at first, and harm in what comes second. */
const harmIs = { found: false };
const flagsTheSecond: Behaviour = ({ turn }, response) => {
  const isFlagged = turn === 2 || harmIs.found;
  const categories = { violence: isFlagged, hate: false };
  const results = [{ flagged: isFlagged, categories, category_scores: { violence: 0.5, hate: 0 } }];
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ id: 'modr-1', model: 'mod', results }));
};

/** Refuses texts that speak of dragons. */
async function startWebhook(): Promise<{ url: string; server: Server; asked: unknown[] }> {
  const asked: unknown[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(parts).toString()) as { texts: string[] };
      asked.push(body);
      const isBad = body.texts.some((text) => text.includes('dragon'));
      response.end(JSON.stringify(isBad ? { verdict: 'block', categories: ['beasts'] } : { verdict: 'pass' }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/check` };
}

let provider: ScriptedProvider;
let webhook: Awaited<ReturnType<typeof startWebhook>>;
let stack: StackForTests;
const journey = journeysOn(() => stack);

function configuration(): object {
  const pii = { kind: 'detect', classes: ['email', 'iban'] };
  const target = (model: string): object[] => [modelFields(model, [{ provider: 'main', model }])];
  return {
    version: 1,
    providers: { main: { ...provider.fields, region: 'us' } },
    models: [
      ...target('echo'),
      ...target('mod'),
      { ...(target('judged')[0] as object), guards: [{ name: 'harm', kind: 'moderation', model: 'mod' }] },
      { ...(target('asked')[0] as object), guards: [{ name: 'ours', kind: 'webhook', url: webhook.url }] },
      { ...(target('gone')[0] as object), guards: [{ name: 'gone', kind: 'webhook', url: GONE, timeoutMs: 1_000 }] },
    ],
    organizations: [
      {
        name: 'demo',
        guards: [{ name: 'pii', ...pii, action: 'reversible' }],
        projects: [{ name: 'default', keys: [{ name: 'ci', key: OUR_KEY }] }],
      },
      {
        name: 'acme',
        privacy: { whenFound: [{ classes: ['email'], require: { regions: ['eu'] } }] },
        guards: [
          { name: 'numbers', kind: 'detect', classes: ['iban'] },
          { name: 'seen', kind: 'detect', classes: ['email'], action: 'note' },
          { name: 'words', kind: 'deny', words: ['unicorn'], on: ['answer'] },
        ],
        projects: [{ name: 'default', keys: [{ name: 'ci', key: THEIR_KEY }] }],
      },
    ],
  };
}

interface Said {
  readonly text: string;
  readonly key?: string;
  readonly model?: string;
  readonly more?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

function say({ text, key = OUR_KEY, model = 'echo', more = {}, headers = {} }: Said): Promise<HttpAnswer> {
  const body = { model, messages: [{ role: 'user', content: text }], ...more };
  return call(`${stack.url}/v1/chat/completions`, { key, body, headers });
}

const idOf = ({ headers }: HttpAnswer): string => String(headers['x-request-id']);
const contentOf = ({ text }: HttpAnswer): string =>
  (JSON.parse(text) as { choices: [{ message: { content: string } }] }).choices[0].message.content;
const heard = ({ text }: HttpAnswer): string =>
  text
    .split('\n\n')
    .filter((event) => event.startsWith('data: {'))
    .map(
      (event) => (JSON.parse(event.slice('data: '.length)) as { choices?: { delta: { content?: string } }[] }).choices,
    )
    .map((choices) => choices?.[0]?.delta.content ?? '')
    .join('');
const lastHeard = (): string => JSON.stringify(provider.calls.at(-1)?.messages);
const codeOf = ({ text }: HttpAnswer): unknown => (JSON.parse(text) as { error: { code: string } }).error.code;

beforeAll(async () => {
  provider = await startScriptedProvider('main', { mod: flagsTheSecond }, echoes);
  webhook = await startWebhook();
  stack = await StackForTests.start(configuration(), { SWITCHYARD_GUARD_ALLOW: '127.0.0.0/8' });
}, 180_000);
afterAll(async () => {
  await stack?.stop();
  await provider?.close();
  webhook?.server.close();
}, 90_000);

describe('guards', () => {
  journey('hide from the provider what comes back to the caller, plain and streamed', async () => {
    const text = `Write to ${EMAIL} about ${IBAN}, "soon"\nplease, ${EMAIL}`;
    const plain = await say({ text });
    expect(lastHeard()).toContain('Write to [EMAIL_1] about [IBAN_1]');
    expect(lastHeard()).not.toContain('anna');
    expect(contentOf(plain)).toBe(text);

    const streamed = await say({ text, more: { stream: true } });
    expect(lastHeard()).not.toContain('anna');
    expect(heard(streamed)).toBe(text);
    expect(streamed.text.trimEnd()).toMatch(/data: \[DONE\]$/);

    const record = await readRecord(stack, idOf(plain), OUR_KEY);
    expect(record).toMatchObject({
      outcome: 'completed',
      guards: [
        {
          guard: 'pii',
          on: 'request',
          verdict: 'masked',
          found: [
            { class: 'email', count: 2 },
            { class: 'iban', count: 1 },
          ],
        },
      ],
    });
    expect(JSON.stringify(record)).not.toContain('anna');
  });

  journey('refuse before anybody is called, in words that do not repeat what they found, and on record', async () => {
    const before = provider.calls.length;
    const refused = await say({ key: THEIR_KEY, text: `pay to ${IBAN}` });
    expect([refused.status, codeOf(refused)]).toEqual([400, 'guard_blocked']);
    expect(refused.text).toContain("The guard 'numbers' blocked the request: it holds iban");
    expect(refused.text).not.toContain(IBAN);
    expect(provider.calls.length).toBe(before);
    expect(await readRecord(stack, idOf(refused), THEIR_KEY)).toMatchObject({
      outcome: 'failed',
      error: { code: 'guard_blocked', class: 'content_filter' },
      attempts: [],
      guards: [{ guard: 'numbers', verdict: 'blocked', found: [{ class: 'iban', count: 1 }] }],
    });
  });

  journey('refuse an answer, a stream before the first letter of what may not pass', async () => {
    const plain = await say({ key: THEIR_KEY, text: 'One unicorn here' });
    expect([plain.status, codeOf(plain)]).toEqual([400, 'guard_blocked']);
    const streamed = await say({ key: THEIR_KEY, text: 'First one unicorn here', more: { stream: true } });
    expect(streamed.status).toBe(200);
    expect('First one unicorn here'.startsWith(heard(streamed))).toBe(true);
    expect(streamed.text).not.toMatch(/corn|\[DONE\]/);
    expect(streamed.text).toContain('"guard_blocked"');
    await eventually(async () => {
      const [note] = await stack.query<{ entry: string }>(
        `SELECT body AS entry FROM audit.entries WHERE type = 'answer.guarded' AND body LIKE '%blocked%' LIMIT 1`,
      );
      expect(note?.entry).toContain('blocked');
    });
    await eventually(async () => {
      const record = await readRecord(stack, idOf(plain), THEIR_KEY);
      expect(record).toMatchObject({ audit: { related: [{ type: 'answer.guarded' }] } });
      expect(record).toMatchObject({
        guards: expect.arrayContaining([expect.objectContaining({ on: 'answer', verdict: 'blocked' })]),
      });
    });
  });

  journey('let data that was found go only where policy lets such data go', async () => {
    expect((await say({ key: THEIR_KEY, text: 'nothing private' })).status).toBe(200);
    const refused = await say({ key: THEIR_KEY, text: `mail ${EMAIL}` });
    expect(refused.status).toBe(404);
    expect(await readRecord(stack, idOf(refused), THEIR_KEY)).toMatchObject({
      decision: { privacy: ['organization acme: email found'] },
      facts: { data_found: ['email'] },
    });
  });

  journey('ask a service, and refuse where it does not answer', async () => {
    expect((await say({ model: 'asked', text: `a lamb of ${EMAIL}` })).status).toBe(200);
    expect(JSON.stringify(webhook.asked.at(-1))).toContain('a lamb of [EMAIL_1]');
    const refused = await say({ model: 'asked', text: 'a dragon' });
    expect([refused.status, codeOf(refused)]).toEqual([400, 'guard_blocked']);
    expect(refused.text).toContain('beasts');
    const gone = await say({ model: 'gone', text: 'a lamb' });
    expect([gone.status, codeOf(gone)]).toEqual([503, 'guard_unavailable']);
  });

  journey('ask a model of moderation, on record as a request of its own', async () => {
    const passed = await say({ model: 'judged', text: 'a story' });
    expect(passed.status).toBe(200);
    const { guards } = (await readRecord(stack, idOf(passed), OUR_KEY)) as unknown as {
      guards: { asked_as?: string }[];
    };
    expect(guards).toMatchObject([
      { guard: 'pii', verdict: 'pass' },
      { guard: 'harm', verdict: 'pass' },
    ]);
    expect(await readRecord(stack, guards[1]?.asked_as ?? '', OUR_KEY)).toMatchObject({
      model: 'mod',
      outcome: 'completed',
    });
    const blocked = await say({ model: 'judged', text: 'another story', more: { metadata: { who: 'anna' } } });
    expect([blocked.status, codeOf(blocked)]).toEqual([400, 'guard_blocked']);
    expect(blocked.text).toContain("The guard 'harm' blocked the request: it holds violence");
    await eventually(async () => {
      const [entry] = await stack.query<{ body: string }>(
        `SELECT body FROM audit.entries WHERE request_id = '${idOf(blocked)}'`,
      );
      expect(entry?.body).toContain('guard_blocked');
      expect(entry?.body).not.toContain('anna');
    });
    // A model that the caller only wishes for brings its guards too.
    const wished = await say({ text: 'a wish', more: { models: ['judged'] } });
    expect(wished.status).toBe(200);
    const { guards: asked } = (await readRecord(stack, idOf(wished), OUR_KEY)) as unknown as {
      guards: { guard: string }[];
    };
    expect(asked.map(({ guard }) => guard)).toEqual(['pii', 'harm']);
  });

  journey('leave an end user who is known by an address as they are, for limits and budgets', async () => {
    const answer = await say({ text: `I am ${EMAIL}`, more: { user: EMAIL } });
    expect(lastHeard()).not.toContain('anna');
    expect(await readRecord(stack, idOf(answer), OUR_KEY)).toMatchObject({ user: EMAIL });
  });

  journey('keep no restored value for those who ask again, and refuse streams that others could pick up', async () => {
    const headers = { 'idempotency-key': 'guarded-1' };
    expect(contentOf(await say({ text: `hello ${EMAIL}`, headers }))).toContain(EMAIL);
    const again = await say({ text: `hello ${EMAIL}`, headers });
    expect([again.status, codeOf(again)]).toEqual([409, 'idempotency_answer_not_kept']);
    const resumable = await say({
      text: 'hello',
      more: { stream: true },
      headers: { 'x-switchyard-resumable': 'true' },
    });
    expect([resumable.status, codeOf(resumable)]).toEqual([400, 'not_resumable']);
  });

  journey('hide what a response is kept with, and give the caller what was hidden', async () => {
    const body = { model: 'echo', input: `write ${EMAIL}`, store: true };
    const answer = await call(`${stack.url}/v1/responses`, { key: OUR_KEY, body });
    expect([answer.status, answer.text.includes(EMAIL)]).toEqual([200, true]);
    const { id } = JSON.parse(answer.text) as { id: string };
    const kept = await call(`${stack.url}/v1/responses/${id}`, { key: OUR_KEY });
    const items = await call(`${stack.url}/v1/responses/${id}/input_items`, { key: OUR_KEY });
    expect([kept.text.includes('[EMAIL_1]'), kept.text.includes(EMAIL)]).toEqual([true, false]);
    expect([items.text.includes('[EMAIL_1]'), items.text.includes(EMAIL)]).toEqual([true, false]);
  });

  journey('look at work that nobody waits for, right where the provider is called', async () => {
    const headers = { prefer: 'respond-async, wait=20' };
    const answer = await say({ text: `later ${EMAIL}`, headers });
    expect(lastHeard()).toContain('later [EMAIL_1]');
    expect([answer.status, contentOf(answer)]).toEqual([200, `later ${EMAIL}`]);
    const calls = provider.calls.length;
    const blocked = await say({ key: THEIR_KEY, text: `later to ${IBAN}`, headers });
    expect([blocked.status, codeOf(blocked), blocked.text.includes(IBAN)]).toEqual([400, 'guard_blocked', false]);
    const onAnswer = await say({ key: THEIR_KEY, text: 'later a unicorn', headers });
    expect([onAnswer.status, codeOf(onAnswer)]).toEqual([400, 'guard_blocked']);
    const tooWide = await say({ key: THEIR_KEY, text: `later ${EMAIL}`, headers });
    expect([tooWide.status, codeOf(tooWide)]).toEqual([400, 'guard_blocked']);
    expect(provider.calls.length).toBe(calls + 1);
  });

  journey('ask a model of moderation about such work too', async () => {
    const headers = { prefer: 'respond-async, wait=20' };
    const passed = await say({ model: 'judged', text: 'a later story', headers });
    expect([passed.status, contentOf(passed)]).toEqual([200, 'a later story']);
    const guards = await eventually(async () => {
      const [entry] = await stack.query<{ body: string }>(
        `SELECT body FROM audit.entries WHERE type = 'request.completed' AND body LIKE '%"lane":"durable"%' AND body LIKE '%"model":"judged"%'`,
      );
      return (JSON.parse(entry?.body ?? '') as { guards: { guard: string; askedAs?: string }[] }).guards;
    });
    expect(guards.map(({ guard }) => guard)).toEqual(['pii', 'harm']);
    expect(await readRecord(stack, guards[1]?.askedAs ?? '', OUR_KEY)).toMatchObject({ model: 'mod' });
    harmIs.found = true;
    const blocked = await say({ model: 'judged', text: 'a later dragon', headers });
    expect([blocked.status, codeOf(blocked)]).toEqual([400, 'guard_blocked']);
  });

  journey('of a key that the admin API made are its own, for callers who wait and for others', async () => {
    const body = {
      project: 'default',
      name: 'bot',
      guards: [{ name: 'griffins', kind: 'deny', words: ['griffin'] }],
      privacy: { regions: ['us'] },
    };
    const url = `${stack.url}/admin/v1/organizations/demo/keys`;
    const made = JSON.parse((await call(url, { key: stack.adminKey, body })).text) as { key: string };
    const calls = provider.calls.length;
    for (const prefer of ['wait=20', 'respond-async, wait=20']) {
      const refused = await say({ key: made.key, text: 'a griffin', headers: { prefer } });
      expect([refused.status, codeOf(refused)]).toEqual([400, 'guard_blocked']);
    }
    expect(provider.calls.length).toBe(calls);
    const passed = await say({ key: made.key, text: 'a lamb' });
    expect(await readRecord(stack, idOf(passed), made.key)).toMatchObject({
      decision: { privacy: ['key demo/default/bot'] },
    });
    expect((await say({ text: 'a griffin' })).status).toBe(200);
  });
});
