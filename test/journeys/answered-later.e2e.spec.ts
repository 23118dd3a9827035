import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '#libs/testing';
import OpenAI, { BadRequestError, NotFoundError } from 'openai';

import { begin, call } from './http-call.js';
import { journeyConfiguration, modelFields, OUR_KEY, THEIR_KEY } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { ASKED, SAID, startModelMock, USED, type ModelMock } from './model-mock.js';
import { callsOfJobs, eventsOf, jobIn, rejection } from './later-answers.js';
import { StackForTests } from './stack-for-tests.js';

/** A provider that speaks the Responses API by itself, one that is translated to, and one of another format. */
const MODELS = ['native', 'translated', 'claude'] as const;
const SLOW = 'slow';

let mock: ModelMock;
let stack: StackForTests;
let client: OpenAI;
let stranger: OpenAI;
const journey = journeysOn(() => stack);
const { get, later, ended } = callsOfJobs(() => stack);

beforeAll(async () => {
  mock = await startModelMock();
  const apiKey = 'sk-upstream-later';
  const configuration = journeyConfiguration(
    {
      native: { kind: 'openai', baseUrl: `${mock.url}/v1`, apiKey, responses: true },
      translated: { kind: 'openai', baseUrl: `${mock.url}/v1`, apiKey },
      claude: { kind: 'anthropic', baseUrl: mock.url, apiKey },
      sim: { kind: 'sim' },
      typing: { kind: 'sim', tokensPerSecond: 40, outputTokens: 80 },
    },
    [
      ...MODELS.map((name) => modelFields(name, [{ provider: name, model: `${name}-1` }])),
      modelFields('quick', [{ provider: 'sim', model: 'sim-small' }]),
      modelFields('broken', [{ provider: 'sim', model: 'sim-error-401' }]),
      modelFields('typing', [{ provider: 'typing', model: 'sim-small' }]),
      modelFields(SLOW, [{ provider: 'sim', model: 'sim-hang' }]),
    ],
  );
  stack = await StackForTests.start(configuration);
  const options = { baseURL: `${stack.url}/v1`, maxRetries: 0 };
  client = new OpenAI({ ...options, apiKey: OUR_KEY });
  stranger = new OpenAI({ ...options, apiKey: THEIR_KEY });
}, 180_000);
afterAll(async () => {
  await stack?.stop();
  await mock?.close();
}, 90_000);

async function untilEnded(id: string): Promise<OpenAI.Responses.Response> {
  return eventually(
    async () => {
      const response = await client.responses.retrieve(id);
      expect(['queued', 'in_progress']).not.toContain(response.status);
      return response;
    },
    { withinMilliseconds: 30_000 },
  );
}

for (const model of MODELS) {
  describe(`a response of the model '${model}' in the background`, () => {
    journey('is queued at once, ends, and is kept for its project alone', async () => {
      const created = await client.responses.create({
        model,
        input: ASKED.hello,
        background: true,
        metadata: { a: 'b' },
      });
      expect(created).toMatchObject({ status: 'queued', background: true, output: [], metadata: { a: 'b' } });
      expect(await rejection(stranger.responses.retrieve(created.id))).toBeInstanceOf(NotFoundError);
      expect(await rejection(stranger.responses.cancel(created.id))).toBeInstanceOf(NotFoundError);

      const response = await untilEnded(created.id);
      expect(response).toMatchObject({ id: created.id, status: 'completed', background: true, store: true });
      expect(response.output_text).toBe(SAID.hello);
      expect(response.usage).toMatchObject({ input_tokens: USED.prompt, output_tokens: USED.completion });
      const items = await client.responses.inputItems.list(created.id);
      expect(items.data).toMatchObject([{ content: [{ type: 'input_text', text: ASKED.hello }] }]);

      const next = await client.responses.create({ model, previous_response_id: created.id, input: ASKED.weather });
      expect(next.previous_response_id).toBe(created.id);
      expect(await client.responses.cancel(created.id)).toMatchObject({ status: 'completed' });
      await client.responses.delete(created.id);
      expect(await rejection(client.responses.retrieve(created.id))).toBeInstanceOf(NotFoundError);
    });
  });
}

for (const model of MODELS) {
  journey(
    `the stream of a response of the model '${model}' in the background is picked up where it was left`,
    async () => {
      const stream = await client.responses.create({ model, input: ASKED.hello, background: true, stream: true });
      const events = await eventsOf(stream);
      expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_, index) => index));
      expect(events.slice(0, 3).map(({ type }) => type)).toEqual([
        'response.created',
        'response.queued',
        'response.in_progress',
      ]);
      const last = events.at(-1);
      if (last?.type !== 'response.completed') throw new Error(`the stream ended with ${last?.type}`);
      expect(last.response).toMatchObject({ background: true, status: 'completed' });
      expect(await client.responses.retrieve(last.response.id)).toMatchObject({ status: 'completed' });
      const ids = events.flatMap((event) => ('response' in event ? [event.response.id] : []));
      expect(new Set(ids)).toEqual(new Set([last.response.id]));

      for (const after of [0, 3, events.length - 2]) {
        const rest = await client.responses.retrieve(last.response.id, { stream: true, starting_after: after });
        expect(await eventsOf(rest)).toEqual(events.slice(after + 1));
      }
      const final = await client.responses.stream({ response_id: last.response.id }).finalResponse();
      expect(final.output_text).toBe(SAID.hello);
      expect(await rejection(stranger.responses.retrieve(last.response.id, { stream: true }))).toBeInstanceOf(
        NotFoundError,
      );
    },
  );
}

describe('a response in the background', () => {
  journey('is followed while it is made, by several, from wherever they come', async () => {
    const created = await client.responses.create({ model: 'typing', input: 'type', background: true, stream: true });
    const seen: OpenAI.Responses.ResponseStreamEvent[] = [];
    for await (const event of created) {
      seen.push(event);
      if (event.sequence_number === 8) break;
    }
    const id = seen.flatMap((event) => ('response' in event ? [event.response.id] : []))[0] ?? '';
    expect((await client.responses.retrieve(id)).status).toBe('in_progress');
    const rest = client.responses.retrieve(id, { stream: true, starting_after: 8 }).then(eventsOf);
    const all = client.responses.retrieve(id, { stream: true }).then(eventsOf);
    const [resumed, whole] = await Promise.all([rest, all]);
    expect([...seen, ...resumed]).toEqual(whole);
    expect(whole.at(-1)?.type).toBe('response.completed');
  });

  journey(
    'that is begun again after a crash says so to whoever has seen its first beginning',
    async () => {
      const created = await client.responses.create({
        model: 'typing',
        input: 'crash',
        background: true,
        stream: true,
      });
      const seen: OpenAI.Responses.ResponseStreamEvent[] = [];
      const failure = await (async () => {
        for await (const event of created) {
          seen.push(event);
          if (event.sequence_number === 8) await stack.kill('worker');
        }
      })().catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'stream_restarted' });
      const id = seen.flatMap((event) => ('response' in event ? [event.response.id] : []))[0] ?? '';
      expect(await rejection(client.responses.retrieve(id, { stream: true, starting_after: 8 }))).toMatchObject({
        status: 409,
        code: 'stream_restarted',
      });
      const again = await eventsOf(await client.responses.retrieve(id, { stream: true }));
      const last = again.at(-1);
      if (last?.type !== 'response.completed') throw new Error(`the stream ended with ${last?.type}`);
      const deltas = again.flatMap((event) => (event.type === 'response.output_text.delta' ? [event.delta] : []));
      expect(deltas.join('')).toBe((await untilEnded(id)).output_text);
    },
    90_000,
  );

  journey('is cancelled at once, with one terminal event', async () => {
    const created = await client.responses.create({ model: SLOW, input: 'never', background: true });
    await eventually(async () =>
      expect(await client.responses.retrieve(created.id)).toMatchObject({ status: 'in_progress' }),
    );
    const begun = performance.now();
    expect(await client.responses.cancel(created.id)).toMatchObject({ id: created.id, status: 'cancelled' });
    // A second on a machine that does nothing else; the call itself would never end.
    expect(performance.now() - begun).toBeLessThan(10_000);
    const requestId = `req_${created.id.replace('resp_', '')}`;
    await eventually(async () => {
      const events = await stack.query(`SELECT type FROM audit.entries WHERE request_id = $1`, [requestId]);
      expect(events).toEqual([{ type: 'request.cancelled' }]);
      const charges = await stack.query(`SELECT outcome FROM billing.charges WHERE request_id = $1`, [requestId]);
      expect(charges).toEqual([{ outcome: 'cancelled' }]);
    });
  });

  journey('fails with the reason', async () => {
    const created = await client.responses.create({ model: 'broken', input: 'no', background: true });
    const response = await untilEnded(created.id);
    expect(response).toMatchObject({ id: created.id, status: 'failed', output: [] });
    expect(response.error?.message).toEqual(expect.any(String));
  });

  journey('has to be one that can be kept, of a model there is', async () => {
    const bad = { model: 'quick', input: 'x', background: true, store: false };
    expect(await rejection(client.responses.create(bad))).toBeInstanceOf(BadRequestError);
    expect(await rejection(client.responses.create({ ...bad, store: true, model: 'none' }))).toBeInstanceOf(
      NotFoundError,
    );
    const plain = await client.responses.create({ model: 'native', input: ASKED.hello });
    expect(await rejection(client.responses.cancel(plain.id))).toBeInstanceOf(BadRequestError);
  });
});

describe('a stream that can be picked up again', () => {
  const resumable = { 'x-switchyard-resumable': 'true' };
  const ask = (path: string, body: object): Promise<IncomingMessage> =>
    begin(`${stack.url}${path}`, {
      key: OUR_KEY,
      body: { model: 'typing', stream: true, ...body },
      headers: resumable,
    });
  const said = [{ role: 'user', content: 'type something' }];

  it.each([
    ['/v1/chat/completions', { messages: said, stream_options: { include_usage: true } }],
    ['/v1/messages', { messages: said, max_tokens: 200 }],
    ['/v1/completions', { prompt: 'type something' }],
  ])(
    'goes on at %s without its caller, who gets the rest, and is charged once for the whole',
    async (path, body) => {
      const answer = await ask(path, body);
      const place = String(answer.headers['x-switchyard-resumable']);
      let text = '';
      for await (const part of answer) {
        text += String(part);
        if (text.includes('id: 9\n')) break;
      }
      answer.destroy();
      // What only keeps a connection open is not kept.
      const complete = text
        .slice(0, text.lastIndexOf('\n\n') + 2)
        .replaceAll(/^(?:: .*|event: ping\ndata: \{"type": "ping"\})\n\n/gm, '');
      const last = complete.slice(complete.lastIndexOf('id: ') + 4).split('\n', 1)[0] ?? '';
      const rest = await call(`${stack.url}${place}?starting_after=${last}`, { key: OUR_KEY });
      expect(rest.status).toBe(200);
      const whole = await call(`${stack.url}${place}`, { key: OUR_KEY });
      expect(complete + rest.text).toBe(whole.text);
      const browser = await call(`${stack.url}${place}`, { key: OUR_KEY, headers: { 'last-event-id': last } });
      expect(browser.text).toBe(rest.text);
      expect(whole.text).toMatch(/\[DONE\]|message_stop/);

      expect(await call(`${stack.url}${place}`, { key: THEIR_KEY })).toMatchObject({ status: 404 });
      const requestId = place.split('/')[3];
      await eventually(async () => {
        const charges = await stack.query(
          `SELECT outcome, completion_tokens AS tokens FROM billing.charges WHERE request_id = $1`,
          [requestId],
        );
        expect(charges).toEqual([{ outcome: 'completed', tokens: '80' }]);
      });
    },
    90_000,
  );

  journey('is refused where nothing could be picked up', async () => {
    const chat = { model: 'quick', messages: said };
    const refused = await call(`${stack.url}/v1/chat/completions`, { key: OUR_KEY, body: chat, headers: resumable });
    expect([refused.status, JSON.parse(refused.text)]).toMatchObject([400, { error: { code: 'invalid_header' } }]);
    const response = { model: 'quick', input: 'x', stream: true };
    expect(await call(`${stack.url}/v1/responses`, { key: OUR_KEY, body: response, headers: resumable })).toMatchObject(
      {
        status: 400,
      },
    );
    for (const id of ['req_00000000000000000000000000000000', 'req_*', 'nothing'])
      expect(await get(`/v1/requests/${id}/stream`)).toMatchObject({ status: 404 });
    const job = jobIn(await later('/v1/chat/completions', chat));
    await ended(job.id);
    expect(await get(`/v1/requests/${job.request_id}/stream`)).toMatchObject({ status: 400 });
  });

  journey('is that of a job, too', async () => {
    const job = jobIn(await later('/v1/chat/completions', { model: 'typing', messages: said, stream: true }));
    const followed = await get(`/v1/requests/${job.request_id}/stream`);
    expect(followed.text).toContain('[DONE]');
    await ended(job.id);
    const result = await get(`/v1/jobs/${job.id}/result`);
    expect(result.headers['content-type']).toContain('text/event-stream');
    expect(followed.text.replaceAll(/^id: \d+\n/gm, '')).toBe(result.text);
  });
});
