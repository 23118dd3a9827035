import { IncomingMessage as HttpMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { FrameKind, MessageHeader, Subject, type AnswerHead, type Facts, type Snapshot } from '#libs/contracts';
import { IdempotencyBucket, QueryRefused, type IncomingMessage, type Messaging } from '#libs/messaging';
import type { Settings } from '#libs/runtime';
import { KeyHasher } from '#libs/secrets';
import type { Logger } from '#libs/telemetry';
import { eventually, startNatsForTests, type NatsForTests } from '#libs/testing';
import { SECRET_KEY, startIngressForTests, type IngressForTests } from '../ingress.fixture.js';
import { ContinueConversationHandler } from '../manage-responses/continue-conversation.handler.js';
import { IdempotentRequests, type RepeatableRequest } from './idempotent-requests.js';
import { entryName, requestHash } from './idempotency-key.js';
import { RepeatTimes } from './repeat-times.js';

const START_MILLISECONDS = 60_000;
const hasher = new KeyHasher(SECRET_KEY);
const keyNamed = (name: string, project = 'default') => ({
  organization: 'demo',
  project,
  name,
  admin: false,
  hash: hasher.hash(name),
});
const snapshot: Snapshot = {
  version: 1,
  revision: 1,
  createdAt: 0,
  providers: [],
  models: [
    {
      name: 'gpt-small',
      strategy: 'priority',
      timeouts: { firstByteMilliseconds: 60_000, idleMilliseconds: 60_000, totalMilliseconds: 600_000 },
      targets: [],
    },
  ],
  keys: [keyNamed('mine'), keyNamed('colleague'), keyNamed('theirs', 'other')],
};
const body = { model: 'gpt-small', messages: [{ role: 'user', content: 'hi' }] };

/** Answers calls as router and worker would. */
class Providers {
  readonly called: Facts[] = [];
  answer: (reply: string, facts: Facts) => void = (reply) => this.whole(reply, '{"answer":1}');

  constructor(private readonly messaging: Messaging) {
    messaging.subscribe(Subject.requestAcceptedInteractive, (message) => this.take(message), { queue: 'router' });
  }

  whole(reply: string, text: string, head: Partial<AnswerHead> = {}): void {
    this.frame(reply, text, { kind: FrameKind.whole, sequence: 0, head });
  }

  error(reply: string, head: Partial<AnswerHead>): void {
    this.frame(reply, '', { kind: FrameKind.error, sequence: 0, head });
  }

  stream(reply: string, chunks: readonly string[]): void {
    this.frame(reply, '', { kind: FrameKind.head, sequence: 0, head: {} });
    chunks.forEach((chunk, index) => this.frame(reply, chunk, { sequence: index + 1 }));
    this.frame(reply, '', { kind: FrameKind.end, sequence: chunks.length + 1, head: { costNanoUsd: '5' } });
  }

  private take(message: IncomingMessage): void {
    const facts = JSON.parse(message.header(MessageHeader.facts) ?? '{}') as Facts;
    this.called.push(facts);
    this.answer(message.reply ?? '', facts);
  }

  private frame(
    reply: string,
    text: string,
    { kind, sequence, head }: { kind?: FrameKind; sequence: number; head?: Partial<AnswerHead> },
  ): void {
    const answer = { status: 200, attempts: 1, ...head };
    this.messaging.publish(reply, text, {
      headers: {
        [MessageHeader.frame]: kind,
        [MessageHeader.sequence]: String(sequence),
        [MessageHeader.answer]: JSON.stringify(answer),
      },
    });
    if (kind === FrameKind.whole || kind === FrameKind.error || kind === FrameKind.end) this.confirm(reply);
  }

  /** As a worker says that the terminal event is stored, so that the ingress forgets the call. */
  private confirm(reply: string): void {
    const [, ingress = '', requestId = ''] = reply.split('.');
    this.messaging.publish(Subject.resultsRecorded(ingress), JSON.stringify([requestId]));
  }
}

let nats: NatsForTests;
let ingresses: IngressForTests[] = [];
let providers: Providers;
let keys = 0;

beforeAll(async () => {
  nats = await startNatsForTests();
  ingresses = [await startIngressForTests(snapshot, nats), await startIngressForTests(snapshot, nats)];
  providers = new Providers((ingresses[0] as IngressForTests).messaging.messaging);
}, START_MILLISECONDS);
afterAll(async () => {
  for (const ingress of ingresses) await ingress.stop();
  await nats.stop();
});
afterEach(() => {
  providers.called.length = 0;
  providers.answer = (reply) => providers.whole(reply, '{"answer":1}');
});

const newKey = (): string => `key-${(keys += 1)}`;

interface Asked {
  readonly apiKey?: string;
  readonly url?: string;
  readonly payload?: unknown;
  readonly ingress?: number;
}

async function ask(
  idempotencyKey: string,
  { apiKey = 'mine', url = '/v1/chat/completions', payload = body, ingress = 0 }: Asked = {},
) {
  const answer = await (ingresses[ingress] as IngressForTests).http.inject({
    method: 'POST',
    url,
    headers: {
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/json',
      'idempotency-key': idempotencyKey,
    },
    payload: JSON.stringify(payload),
  });
  return { status: answer.statusCode, headers: answer.headers, text: answer.body };
}

describe('an idempotency key', () => {
  it('repeats the answer to what continued a response that is gone meanwhile; what was refused for it may be sent again', async () => {
    const continued = jest.spyOn(ContinueConversationHandler.prototype, 'handle');
    const gone = new QueryRefused({ status: 400, code: 'previous_response_not_found', message: 'gone' });
    const payload = { model: 'gpt-small', input: 'hi', store: false, previous_response_id: 'resp_1' };
    const whole = { body: Buffer.from(JSON.stringify({ ...payload, previous_response_id: undefined })), items: [] };
    const key = newKey();
    const send = () => ask(key, { url: '/v1/responses', payload });
    try {
      continued.mockRejectedValueOnce(gone).mockResolvedValueOnce(whole).mockRejectedValue(gone);
      expect((await send()).status).toBe(400);
      const first = await send();
      const again = await send();
      expect([first.status, again.status, again.text]).toEqual([200, 200, first.text]);
      expect(again.headers['idempotent-replayed']).toBe('true');
      expect(providers.called).toHaveLength(1);
    } finally {
      continued.mockRestore();
    }
  });

  it('makes one call of a hundred at once over two processes, and all get its answer', async () => {
    const key = newKey();
    const waiting: string[] = [];
    providers.answer = (reply) => void waiting.push(reply);
    const asked = Array.from({ length: 100 }, (_, index) => ask(key, { ingress: index % 2 }));
    await eventually(() => expect(waiting).toHaveLength(1));
    providers.whole(waiting[0] as string, '{"answer":42}', { costNanoUsd: '7' });
    const answers = await Promise.all(asked);

    expect(providers.called).toHaveLength(1);
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(new Set(['200 {"answer":42}']));
    expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === 'true')).toHaveLength(99);
    expect(new Set(answers.map(({ headers }) => headers['x-request-id']))).toEqual(
      new Set([providers.called[0]?.requestId]),
    );
    expect(new Set(answers.map(({ headers }) => headers['x-switchyard-cost-usd'])).size).toBe(1);
  }, 20_000);

  it('is refused for another body and another address, in the dialect of the caller', async () => {
    const key = newKey();
    await ask(key);
    const others = [
      await ask(key, { payload: { ...body, temperature: 0 } }),
      await ask(key, { url: '/v1/completions', ingress: 1 }),
      await ask(key, { url: '/v1/messages', payload: { ...body, max_tokens: 5 } }),
    ];

    expect(others.map(({ status }) => status)).toEqual([422, 422, 422]);
    expect(JSON.parse(others[0]?.text ?? '')).toMatchObject({ error: { code: 'idempotency_key_reused' } });
    expect(JSON.parse(others[2]?.text ?? '')).toMatchObject({ type: 'error', error: { message: expect.any(String) } });
    expect(providers.called).toHaveLength(1);
  });

  it('is of its API key alone', async () => {
    const key = newKey();
    await ask(key);
    await ask(key, { apiKey: 'colleague' });
    await ask(key, { apiKey: 'theirs', payload: { ...body, n: 1 } });

    expect(providers.called).toHaveLength(3);
  });

  it('gives a failure again that a provider was called for, and never makes a second call', async () => {
    const key = newKey();
    const error = { class: 'server_error', code: 'provider_error', message: 'broken' } as const;
    providers.answer = (reply) => providers.error(reply, { status: 502, error });
    const [first, second] = [await ask(key), await ask(key, { ingress: 1 })];

    expect([first.status, second.status]).toEqual([502, 502]);
    expect(second.text).toBe(first.text);
    expect(second.headers['idempotent-replayed']).toBe('true');
    expect(providers.called).toHaveLength(1);
  });

  it('is free again after "not now" that cost nothing, and taken where it cost something', async () => {
    const [free, taken] = [newKey(), newKey()];
    const error = { class: 'rate_limit', code: 'rate_limit_exceeded', message: 'later' } as const;
    providers.answer = (reply) => providers.error(reply, { status: 429, error });
    await ask(free);
    providers.answer = (reply) => providers.error(reply, { status: 429, error, costNanoUsd: '3' });
    await ask(taken);
    providers.answer = (reply) => providers.whole(reply, '{"answer":2}');

    expect((await ask(free)).status).toBe(200);
    expect((await ask(taken)).status).toBe(429);
    expect(providers.called).toHaveLength(3);
  });

  it('is free again after a request that was refused before any call', async () => {
    const key = newKey();
    const refused = await ask(key, { payload: { model: 'nobody', messages: [] } });
    const mended = await ask(key, { ingress: 1 });

    expect([refused.status, mended.status]).toEqual([expect.any(Number), 200]);
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(providers.called).toHaveLength(1);
  });

  it('gives a stream again as it was recorded, with its cost', async () => {
    const key = newKey();
    const chunks = ['data: {"a":1}\n\n', 'data: [DONE]\n\n'];
    providers.answer = (reply) => providers.stream(reply, chunks);
    const payload = { ...body, stream: true };
    const [first, again] = [await ask(key, { payload }), await ask(key, { payload, ingress: 1 })];

    expect([first.text, again.text]).toEqual([chunks.join(''), chunks.join('')]);
    expect(again.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'idempotent-replayed': 'true',
      'x-switchyard-cost-usd': '0.000000005',
    });
    expect(providers.called).toHaveLength(1);
  });

  it('keeps an answer that is larger than a message', async () => {
    const key = newKey();
    const text = JSON.stringify({ answer: 'x'.repeat(700_000) });
    providers.answer = (reply) => providers.whole(reply, text);
    await ask(key);

    expect((await ask(key, { ingress: 1 })).text).toBe(text);
    expect(providers.called).toHaveLength(1);
  });

  /** Asks again for a key that a process had which was killed after it took it. */
  async function beginAfterDeath({ isLasting }: { isLasting: boolean }) {
    const key = newKey();
    const bucket = new IdempotencyBucket((ingresses[0] as IngressForTests).messaging.messaging);
    const caller = { organization: 'demo', project: 'default', key: 'mine', admin: false };
    const bytes = Buffer.from(JSON.stringify(body));
    const headers = { 'idempotency-key': key };
    const request = { id: 'req_87654321', method: 'POST', url: '/v1/chat/completions', headers };
    const raw = new ServerResponse(new HttpMessage(new Socket()));
    const left = { state: 'running', hash: requestHash(request, bytes), requestId: 'req_12345678' } as const;
    await bucket.write(entryName(caller, key), left, 0);
    const requests = new IdempotentRequests(
      bucket,
      { secretKey: SECRET_KEY } as unknown as Settings,
      {} as Logger,
      new RepeatTimes({ silenceMilliseconds: 100 }),
    );
    const reply = { raw };
    const again = { request, caller, reply, body: bytes, isLasting } as unknown as RepeatableRequest;
    const begun = requests.begin(again).finally(() => reply.raw.writeHead(429).end());
    const isBegun = await begun;
    await requests.beforeApplicationShutdown();
    return { isBegun, left: (await bucket.find(entryName(caller, key)))?.entry };
  }

  it('tells whoever asks again that the answer is not known, where the process that had the key died', async () => {
    await expect(beginAfterDeath({ isLasting: false })).rejects.toMatchObject({
      status: 409,
      code: 'idempotency_outcome_unknown',
      message: expect.stringContaining('req_12345678'),
    });
  });

  it('goes on where the process that had the key died and the request is one that is kept in Postgres once', async () => {
    expect(await beginAfterDeath({ isLasting: true })).toEqual({ isBegun: true, left: undefined });
  });

  it.each(['', ' ', 'x'.repeat(256), 'schlüssel'])('is refused where it is %j', async (key) => {
    expect((await ask(key)).status).toBe(400);
    expect(providers.called).toHaveLength(0);
  });

  it('holds for every other POST as well', async () => {
    const key = newKey();
    let asked = 0;
    const { messaging } = (ingresses[0] as IngressForTests).messaging;
    const feedback = messaging.subscribe(Subject.webhookTest, (message) => {
      asked += 1;
      messaging.publish(message.reply ?? '', JSON.stringify(delivery));
    });
    const url = '/v1/webhooks/endpoints/we_1/test';
    const [first, again] = [await ask(key, { url, payload: {} }), await ask(key, { url, payload: {}, ingress: 1 })];
    feedback.unsubscribe();

    expect([first.status, again.status, asked]).toEqual([200, 200, 1]);
    expect(again.text).toBe(first.text);
  });
});

const delivery = {
  id: 'whd_1',
  object: 'webhook_endpoint.delivery',
  webhook_endpoint_id: 'we_1',
  event_id: 'evt_1',
  event_type: 'webhook.test',
  status: 'delivered',
  reason: null,
  attempt_count: 1,
  attempts: [],
  next_attempt_at: null,
  created_at: 1,
  ended_at: 1,
};
