import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { eventually } from '#libs/testing';
import OpenAI from 'openai';

import { call, type HttpAnswer } from './http-call.js';
import { journeyConfiguration, modelFields, OUR_KEY, THEIR_KEY } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { callsOfJobs, jobIn, shapeOf, type SeenJob } from './later-answers.js';
import { ASKED, SAID, startModelMock, type ModelMock } from './model-mock.js';
import { StackForTests } from './stack-for-tests.js';

const SLOW = 'slow';
/** What was under way to a service when nats-server died is delivered again after the time to acknowledge it. */
const REDELIVERED = { withinMilliseconds: 90_000, everyMilliseconds: 500 };

let mock: ModelMock;
let stack: StackForTests;
let client: OpenAI;
const journey = journeysOn(() => stack);
const { get, later, ended } = callsOfJobs(() => stack);

beforeAll(async () => {
  mock = await startModelMock();
  const apiKey = 'sk-upstream-jobs';
  const configuration = journeyConfiguration(
    {
      native: { kind: 'openai', baseUrl: `${mock.url}/v1`, apiKey },
      claude: { kind: 'anthropic', baseUrl: mock.url, apiKey },
      sim: { kind: 'sim' },
    },
    [
      modelFields('native', [{ provider: 'native', model: 'native-1' }]),
      modelFields('claude', [{ provider: 'claude', model: 'claude-1' }]),
      modelFields('quick', [{ provider: 'sim', model: 'sim-small' }]),
      modelFields('broken', [{ provider: 'sim', model: 'sim-error-401' }]),
      modelFields(SLOW, [{ provider: 'sim', model: 'sim-hang' }]),
    ],
  );
  stack = await StackForTests.start(configuration);
  client = new OpenAI({ baseURL: `${stack.url}/v1`, maxRetries: 0, apiKey: OUR_KEY });
}, 180_000);
afterAll(async () => {
  await stack?.stop();
  await mock?.close();
}, 90_000);

describe('a request that is answered by a job', () => {
  const chat = { model: 'native', messages: [{ role: 'user', content: ASKED.hello }] };

  journey('may be a form with a file of sound, and tells what a waiting caller is told', async () => {
    const sound = new Blob([Buffer.alloc(300_000, 255)]);
    const transcribe = async (model: string, headers: Record<string, string>): Promise<HttpAnswer> => {
      const form = new FormData();
      form.append('file', sound, 'a.wav');
      form.append('model', model);
      const request = new Request('http://form', { method: 'POST', body: form });
      const type = request.headers.get('content-type') ?? '';
      const body = Buffer.from(await request.arrayBuffer());
      const path = `${stack.url}/v1/audio/transcriptions`;
      return call(path, { key: OUR_KEY, body, headers: { ...headers, 'content-type': type } });
    };
    const job = jobIn(await transcribe('quick', { prefer: 'respond-async' }));
    expect(await ended(job.id)).toMatchObject({ status: 'completed', endpoint: '/v1/audio/transcriptions' });
    const result = await get(`/v1/jobs/${job.id}/result`);
    expect(JSON.parse(result.text)).toMatchObject({ text: 'This is a simulated transcript.' });
    expect(shapeOf(result)).toEqual(shapeOf(await transcribe('quick', {})));

    const request = { ...chat, model: 'claude', seed: 7, max_tokens: 100 };
    const waited = await call(`${stack.url}/v1/chat/completions`, { key: OUR_KEY, body: request });
    expect(waited.headers['x-switchyard-warnings']).toMatch(/seed/);
    const warned = jobIn(await later('/v1/chat/completions', request));
    await ended(warned.id);
    const { headers } = await get(`/v1/jobs/${warned.id}/result`);
    expect(headers['x-switchyard-warnings']).toBe(waited.headers['x-switchyard-warnings']);
  });

  journey('is queued and asked for at the addresses of LiteLLM too', async () => {
    const queue = (path: string, body: object): Promise<HttpAnswer> =>
      call(`${stack.url}${path}`, { key: OUR_KEY, body });
    for (const path of ['/queue/chat/completions', '/queue/request']) {
      const answer = await queue(path, chat);
      expect(answer.status).toBe(202);
      const { id, url } = JSON.parse(answer.text) as { id: string; url: string };
      expect(JSON.parse(answer.text)).toMatchObject({ url: `/queue/response/${id}`, status: 'queued' });
      expect(await ended(id)).toMatchObject({ status: 'completed', endpoint: '/v1/chat/completions' });
      expect(JSON.parse((await get(url)).text)).toMatchObject({
        id,
        status: 'finished',
        result: { choices: [{ message: { content: SAID.hello } }] },
      });
      expect(await get(url, THEIR_KEY)).toMatchObject({ status: 404 });
    }
    const { id } = JSON.parse((await queue('/queue/chat/completions', { ...chat, model: 'broken' })).text) as SeenJob;
    await ended(id);
    expect(JSON.parse((await get(`/queue/response/${id}`)).text)).toMatchObject({
      status: 'failed',
      result: { error: {} },
    });
    expect(await queue('/queue/chat/completions', { ...chat, stream: true })).toMatchObject({ status: 400 });
    expect(await queue('/queue/chat/completions', { ...chat, model: 'none' })).toMatchObject({ status: 404 });
    const slow = JSON.parse((await queue('/queue/request', { ...chat, model: SLOW })).text) as SeenJob;
    await eventually(async () =>
      expect(JSON.parse((await get(`/queue/response/${slow.id}`)).text)).toMatchObject({ status: 'processing' }),
    );
    await call(`${stack.url}/v1/jobs/${slow.id}/cancel`, { key: OUR_KEY, method: 'POST' });
  });
});

describe('a request with Prefer: respond-async', () => {
  const chat = { model: 'native', messages: [{ role: 'user', content: ASKED.hello }] };

  journey('is answered with a job, whose result is the answer that a waiting caller gets', async () => {
    const calls: [string, object][] = [
      ['/v1/chat/completions', chat],
      ['/v1/messages', { ...chat, model: 'claude', max_tokens: 100 }],
      ['/v1/completions', { model: 'quick', prompt: 'Say something.' }],
      ['/v1/embeddings', { model: 'quick', input: 'a text' }],
      ['/v1/moderations', { model: 'quick', input: 'a text' }],
      ['/v1/rerank', { model: 'quick', query: 'a', documents: ['a', 'b'] }],
      ['/v1/images/generations', { model: 'quick', prompt: 'a pixel' }],
      ['/v1/audio/speech', { model: 'quick', input: 'a word', voice: 'any' }],
      ['/v1/responses', { model: 'native', input: ASKED.hello }],
    ];
    const accepted = await Promise.all(calls.map(([path, body]) => later(path, body)));
    for (const [index, answer] of accepted.entries()) {
      const [path, body] = calls[index] as [string, object];
      expect([path, answer.status, answer.headers['preference-applied']]).toEqual([path, 202, 'respond-async']);
      const job = jobIn(answer);
      expect(answer.headers.location).toBe(`/v1/jobs/${job.id}`);
      expect(await ended(job.id)).toMatchObject({ status: 'completed', endpoint: path, result_status: 200 });
      const result = await get(`/v1/jobs/${job.id}/result`);
      const waited = await call(`${stack.url}${path}`, { key: OUR_KEY, body });
      expect([path, result.status, result.headers['content-type']]).toEqual([
        path,
        waited.status,
        waited.headers['content-type'],
      ]);
      expect(result.headers['x-switchyard-cost-usd']).toBe(waited.headers['x-switchyard-cost-usd']);
      expect(shapeOf(result)).toEqual(shapeOf(waited));
    }
  });

  journey('is answered with the result where that comes while the caller would wait', async () => {
    const answer = await later('/v1/chat/completions', chat, { prefer: 'respond-async, wait=20' });
    expect(answer.status).toBe(200);
    expect(answer.headers['preference-applied']).toBe('respond-async, wait=20');
    expect(JSON.parse(answer.text)).toMatchObject({ choices: [{ message: { content: SAID.hello } }] });
  });

  journey('is one job under one idempotency key, in the background too', async () => {
    const key = { 'idempotency-key': 'one-job' };
    const [first, second] = [
      await later('/v1/chat/completions', chat, key),
      await later('/v1/chat/completions', chat, key),
    ];
    expect([second.status, jobIn(second).id]).toEqual([202, jobIn(first).id]);
    expect(await later('/v1/chat/completions', { ...chat, model: 'quick' }, key)).toMatchObject({ status: 422 });
    const request = { model: 'quick', input: 'once', background: true };
    const headers = { 'idempotency-key': 'one-response' };
    const made = [
      await client.responses.create(request, { headers }),
      await client.responses.create(request, { headers }),
    ];
    expect(made[1]?.id).toBe(made[0]?.id);
  });

  journey('has errors as its result, in the dialect of its caller', async () => {
    const job = jobIn(await later('/v1/messages', { ...chat, model: 'broken', max_tokens: 10 }));
    expect(await ended(job.id)).toMatchObject({ status: 'failed' });
    const result = await get(`/v1/jobs/${job.id}/result`);
    const waited = await call(`${stack.url}/v1/messages`, {
      key: OUR_KEY,
      body: { ...chat, model: 'broken', max_tokens: 10 },
    });
    expect([result.status, JSON.parse(result.text)]).toEqual([waited.status, JSON.parse(waited.text)]);
  });

  journey('is refused at once where it is none, and its job is nobody else’s', async () => {
    expect(await later('/v1/chat/completions', { model: 'native' })).toMatchObject({ status: 400 });
    expect(await later('/v1/chat/completions', { ...chat, model: 'none' })).toMatchObject({ status: 404 });
    const when = { 'x-switchyard-run-at': 'tomorrow' };
    expect(JSON.parse((await later('/v1/chat/completions', chat, when)).text)).toMatchObject({
      error: { code: 'invalid_run_at' },
    });
    const runAt = new Date(Date.now() + 3_600_000).toISOString();
    const scheduled = jobIn(await later('/v1/chat/completions', chat, { 'x-switchyard-run-at': runAt }));
    expect(scheduled.status).toBe('scheduled');
    const path = `/v1/jobs/${scheduled.id}`;
    for (const [method, at] of [
      ['GET', path],
      ['GET', `${path}/result`],
      ['POST', `${path}/cancel`],
      ['DELETE', path],
    ] as const)
      expect(await call(`${stack.url}${at}`, { key: THEIR_KEY, method })).toMatchObject({ status: 404 });
    expect(await get(`${path}/result`)).toMatchObject({ status: 409 });
    const cancelled = await call(`${stack.url}${path}/cancel`, { key: OUR_KEY, method: 'POST' });
    expect(jobIn(cancelled).status).toBe('cancelled');
  });

  journey(
    'ends although every service is killed on its way',
    async () => {
      const accepted = await Promise.all(
        Array.from({ length: 30 }, (_, index) =>
          later('/v1/chat/completions', { model: 'quick', messages: [{ role: 'user', content: `question ${index}` }] }),
        ),
      );
      const ids = accepted.map((answer) => jobIn(answer).id);
      for (const name of ['jobs', 'worker', 'router', 'nats-server'] as const) await stack.kill(name);
      await stack.untilReady();
      await eventually(async () => {
        const rows = await stack.query<{ outcome: string | null }>(
          `SELECT outcome FROM jobs.jobs WHERE id = ANY ($1)`,
          [ids],
        );
        expect(rows.filter(({ outcome }) => outcome === 'completed')).toHaveLength(ids.length);
      }, REDELIVERED);
      await eventually(async () => {
        const requests = accepted.map((answer) => jobIn(answer).request_id);
        const charges = await stack.query(`SELECT request_id FROM billing.charges WHERE request_id = ANY ($1)`, [
          requests,
        ]);
        expect(charges).toHaveLength(ids.length);
      }, REDELIVERED);
    },
    240_000,
  );
});
