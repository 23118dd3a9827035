import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { startSimProvider, type SimProvider } from '#libs/simulation';
import { eventually } from '#libs/testing';
import OpenAI, { toFile, UnprocessableEntityError } from 'openai';
import { Webhook } from 'standardwebhooks';

import { batchInput } from './batch-lines.js';
import { call, type HttpAnswer } from './http-call.js';
import { journeyConfiguration, modelFields, OUR_KEY } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { jobIn, rejection } from './later-answers.js';
import { StackForTests } from './stack-for-tests.js';
import { WebhookReceiver, type ReceivedWebhook } from './webhook-receiver.js';

const AT_ONCE = 100;
const THRIFTY_KEY = 'sk-thrifty-5d8c7b6a5f4e3d2c';
/** A delivery that died with its process is free again after 40 s. */
const REDELIVERED_WITHIN_MILLISECONDS = 75_000;

let upstream: SimProvider;
let receiver: WebhookReceiver;
let stack: StackForTests;
let client: OpenAI;
let secret = '';
let endpointId = '';
const journey = journeysOn(() => stack);

beforeAll(async () => {
  upstream = await startSimProvider({ latencyMilliseconds: 200 });
  receiver = await WebhookReceiver.start();
  const plain = journeyConfiguration({ main: { kind: 'openai', baseUrl: upstream.baseUrl, apiKey: 'sk-upstream' } }, [
    modelFields('gpt-small', [{ provider: 'main', model: 'sim-small' }]),
  ]);
  const thrifty = { limitUsd: '0.000100', period: 'total', alertAt: [0.05] };
  const organization = {
    name: 'demo',
    projects: [
      { name: 'default', keys: [{ name: 'ci', key: OUR_KEY }] },
      { name: 'thrifty', budgets: [thrifty], keys: [{ name: 'ci', key: THRIFTY_KEY }] },
    ],
  };
  stack = await StackForTests.start(
    { ...plain, organizations: [organization] },
    { SWITCHYARD_WEBHOOK_ALLOW: '127.0.0.0/8' },
  );
  client = new OpenAI({ apiKey: OUR_KEY, baseURL: `${stack.url}/v1`, maxRetries: 0 });
}, 180_000);

afterAll(async () => {
  try {
    await stack?.stop();
  } finally {
    await receiver?.stop();
    await upstream?.close();
  }
}, 90_000);

const under = (idempotencyKey: string) => ({ headers: { 'idempotency-key': idempotencyKey } });
const post = (path: string, idempotencyKey: string, body: object, headers: object = {}): Promise<HttpAnswer> =>
  call(`${stack.url}${path}`, { key: OUR_KEY, body, headers: { 'idempotency-key': idempotencyKey, ...headers } });
const chat = (content: string) => ({ model: 'gpt-small', messages: [{ role: 'user', content }] });
const listOf = async (): Promise<string[]> => {
  const ids: string[] = [];
  for await (const { id } of client.webhooks.list({ limit: 20 })) ids.push(id);
  return ids;
};

/** Both judges find the signature good, and a changed body bad. */
async function verify({ body, headers, event }: ReceivedWebhook): Promise<void> {
  const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  expect(new Webhook(secret).verify(body, given)).toEqual(event);
  expect(await client.webhooks.unwrap(body, given, secret)).toMatchObject({ id: event.id, type: event.type });
  expect(() => new Webhook(secret).verify(`${body} `, given)).toThrow('signature');
  expect(given['webhook-id']).toBe(event.id);
}

/** The one event of a type that is of this thing, when it has come. */
const told = (type: string, id: string): Promise<ReceivedWebhook> =>
  eventually(
    () => {
      const [found, ...more] = receiver.of(type, id);
      if (!found || more.length > 0)
        throw new Error(`${type} of ${id} has come ${found ? 'more than once' : 'not yet'}`);
      return found;
    },
    { withinMilliseconds: 30_000 },
  );

async function uploaded(lines: number, idempotencyKey: string): Promise<OpenAI.FileObject> {
  const file = await toFile(Buffer.from(await batchInput('gpt-small', lines)), 'lines.jsonl');
  return client.files.create({ file, purpose: 'batch' }, under(idempotencyKey));
}

describe("OpenAI's client", () => {
  journey('manages endpoints at the addresses that it knows', async () => {
    const made = await client.webhooks.create({
      name: 'ours',
      url: receiver.url,
      event_types: ['batch.completed', 'response.completed'],
    });
    [secret, endpointId] = [made.signing_secret, made.id];
    expect(await listOf()).toEqual([endpointId]);
    expect(await client.webhooks.retrieve(endpointId)).toMatchObject({ name: 'ours', url: receiver.url });
    expect(await client.webhooks.test(endpointId, { event_type: 'batch.completed' })).toMatchObject({ success: true });
    await eventually(() => expect(receiver.of('batch.completed')).toHaveLength(1));
    await verify(receiver.received[0] as ReceivedWebhook);
    secret = (await client.webhooks.rotateSecret(endpointId)).signing_secret;
    const types = { event_types: ['*', 'audit.key.*'] };
    const changed = await call(`${stack.url}/v1/webhook_endpoints/${endpointId}`, { key: OUR_KEY, body: types });
    expect(changed.status).toBe(200);
    const other = await client.webhooks.create({ name: 'away', url: receiver.url, event_types: ['batch.failed'] });
    await client.webhooks.delete(other.id);
    expect(await listOf()).toEqual([endpointId]);
  });

  journey('makes one file and one batch under one key, and its receiver hears of the batch once', async () => {
    const [file, again] = [await uploaded(10, 'file-1'), await uploaded(10, 'file-1')];
    expect(again.id).toBe(file.id);
    const body = { input_file_id: file.id, endpoint: '/v1/chat/completions', completion_window: '24h' } as const;
    const first = await client.batches.create(body, under('batch-1')).withResponse();
    const second = await client.batches.create(body, under('batch-1')).withResponse();
    expect(second.data.id).toBe(first.data.id);
    const replayed = [first, second].map(({ response }) => response.headers.get('idempotent-replayed'));
    expect(replayed).toEqual([null, 'true']);
    const other = { ...body, metadata: { other: 'yes' } };
    expect(await rejection(client.batches.create(other, under('batch-1')))).toBeInstanceOf(UnprocessableEntityError);
    expect((await client.batches.list()).data.map(({ id }) => id)).toEqual([first.data.id]);

    const webhook = await told('batch.completed', first.data.id);
    await verify(webhook);
    expect((await client.batches.retrieve(first.data.id)).request_counts).toMatchObject({ completed: 10, failed: 0 });
  });

  journey('makes one job and one response in the background under one key, and hears of both', async () => {
    const prefer = { prefer: 'respond-async' };
    const [one, two] = [
      await post('/v1/chat/completions', 'job-1', chat('later'), prefer),
      await post('/v1/chat/completions', 'job-1', chat('later'), prefer),
    ];
    expect([one.status, two.status, jobIn(two).id]).toEqual([202, 202, jobIn(one).id]);
    expect([one.headers['idempotent-replayed'], two.headers['idempotent-replayed']]).toEqual([undefined, 'true']);
    const input = { model: 'gpt-small', input: 'hello', background: true };
    const response = await client.responses.create(input, under('response-1'));
    expect((await client.responses.create(input, under('response-1'))).id).toBe(response.id);

    await verify(await told('job.completed', jobIn(one).id));
    await verify(await told('response.completed', response.id));
  });
});

describe('a batch of messages', () => {
  journey('is made once under one key, and refused for other requests in the words of its dialect', async () => {
    const requests = (content: string) => ({
      requests: [{ custom_id: 'r1', params: { ...chat(content), max_tokens: 20 } }],
    });
    const answers = [
      await post('/v1/messages/batches', 'messages-1', requests('one')),
      await post('/v1/messages/batches', 'messages-1', requests('one')),
      await post('/v1/messages/batches', 'messages-1', requests('two')),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 422]);
    const [first, second, other] = answers.map(({ text }) => JSON.parse(text) as { id: string });
    expect(second?.id).toBe(first?.id);
    expect(answers[1]?.headers['idempotent-replayed']).toBe('true');
    expect(other).toMatchObject({ type: 'error', error: { message: expect.stringContaining('Idempotency-Key') } });
    await eventually(
      async () => {
        const { text } = await call(`${stack.url}/v1/messages/batches/${first?.id}`, { key: OUR_KEY });
        expect(JSON.parse(text)).toMatchObject({ processing_status: 'ended', request_counts: { succeeded: 1 } });
      },
      { withinMilliseconds: 30_000 },
    );
  });
});

describe('a hundred calls at once under one key', () => {
  journey('are one call of the provider and one charge; another body is refused in both dialects', async () => {
    const before = upstream.counters().calls;
    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, () => post('/v1/chat/completions', 'chat-1', chat('once'))),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(200);
    expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === 'true')).toHaveLength(AT_ONCE - 1);
    expect(upstream.counters().calls - before).toBe(1);
    const [requestId, ...others] = new Set(answers.map(({ headers }) => headers['x-request-id']));
    expect(others).toEqual([]);
    await eventually(async () =>
      expect(await stack.query('SELECT FROM billing.charges WHERE request_id = $1', [requestId])).toHaveLength(1),
    );

    const openai = await rejection(client.chat.completions.create(chat('other') as never, under('chat-1')));
    expect(openai).toBeInstanceOf(UnprocessableEntityError);
    expect(openai).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
    const anthropic = await post('/v1/messages', 'chat-1', { ...chat('other'), max_tokens: 5 });
    expect([anthropic.status, JSON.parse(anthropic.text)]).toMatchObject([422, { type: 'error', error: {} }]);
    expect(upstream.counters().calls - before).toBe(1);
  });
});

describe('keys and budgets', () => {
  journey('are told of: a key made, rotated and revoked; a budget nearly and wholly used', async () => {
    const keys = `${stack.url}/admin/v1/organizations/demo/keys`;
    const admin = { key: stack.adminKey };
    const made = await call(keys, { ...admin, body: { project: 'default', name: 'heard-of' } });
    const { id } = JSON.parse(made.text) as { id: string };
    const rotated = await call(`${keys}/${id}/rotate`, { ...admin, body: {} });
    expect([made.status, rotated.status]).toEqual([201, 201]);
    await call(`${keys}/${id}`, { ...admin, method: 'DELETE' });
    const { id: successor } = JSON.parse(rotated.text) as { id: string };
    await verify(await told('key.created', id));
    await verify(await told('key.rotated', successor));
    await verify(await told('key.revoked', id));
    const noted = await eventually(() => {
      const ofKey = receiver.of('audit.key.created').find(({ body }) => body.includes(`"id":"${id}"`));
      if (!ofKey) throw new Error('the trail’s entry of the key has not come yet');
      return ofKey;
    });
    await verify(noted);
    expect(noted.event.data).toMatchObject({ entry_type: 'key.created', project: 'default', subject: { kind: 'key' } });
    const ofTrail = receiver.received.map(({ event }) => event.type).filter((type) => type.startsWith('audit.'));
    expect(ofTrail.filter((type) => !type.startsWith('audit.key.'))).toEqual([]);

    const endpoint = { url: receiver.url, event_types: ['budget.*'] };
    await call(`${stack.url}/v1/webhooks/endpoints`, { key: THRIFTY_KEY, body: endpoint });
    await eventually(
      async () => {
        const ask = { ...chat('spend'), max_tokens: 20 };
        const { status } = await call(`${stack.url}/v1/chat/completions`, { key: THRIFTY_KEY, body: ask });
        expect(status).toBe(402);
      },
      { withinMilliseconds: 30_000 },
    );
    await eventually(() => {
      const types = receiver.received.map(({ event }) => event.type).filter((type) => type.startsWith('budget.'));
      expect(new Set(types)).toEqual(new Set(['budget.threshold_reached', 'budget.exhausted']));
    });
  });
});

describe('a process that dies in the middle of a delivery', () => {
  journey(
    'is followed by another attempt with the same id, which is the same event',
    async () => {
      receiver.isHolding = true;
      const job = jobIn(await post('/v1/chat/completions', 'job-2', chat('die'), { prefer: 'respond-async' }));
      const first = await told('job.completed', job.id);
      await stack.kill('jobs');
      receiver.isHolding = false;
      // As if the time were over that a process which fell silent keeps a delivery to itself.
      await stack.query(`UPDATE jobs.webhook_deliveries SET lease_until = now() WHERE lease_until > now()`);
      const attempts = await eventually(
        () => {
          const found = receiver.of('job.completed', job.id);
          expect(found.length).toBeGreaterThan(1);
          return found;
        },
        { withinMilliseconds: REDELIVERED_WITHIN_MILLISECONDS },
      );
      expect(new Set(attempts.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([first.event.id]));
      expect(new Set(attempts.map(({ body }) => body)).size).toBe(1);
      for (const attempt of attempts) await verify(attempt);
      await eventually(async () => {
        const address = `${stack.url}/v1/webhooks/endpoints/${endpointId}/deliveries?event_type=job.completed`;
        const { text } = await call(address, { key: OUR_KEY });
        const { data } = JSON.parse(text) as { data: { status: string; event_id: string }[] };
        expect(data.find((delivery) => delivery.event_id === first.event.id)?.status).toBe('delivered');
      });
    },
    120_000,
  );
});
