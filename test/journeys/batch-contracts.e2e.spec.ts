import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import Anthropic, { NotFoundError } from '@anthropic-ai/sdk';
import { startSimProvider, type SimProvider } from '#libs/simulation';
import { eventually } from '#libs/testing';
import OpenAI, { toFile } from 'openai';

import { lineOf } from './batch-lines.js';
import { call } from './http-call.js';
import { journeyConfiguration, modelFields, OUR_KEY, THEIR_KEY } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { filler, uploadLarge } from './large-upload.js';
import { StackForTests } from './stack-for-tests.js';

let upstream: SimProvider;
let stack: StackForTests;
let openai: OpenAI;
let strangeOpenai: OpenAI;
let anthropic: Anthropic;
let strangeAnthropic: Anthropic;
const journey = journeysOn(() => stack);

beforeAll(async () => {
  upstream = await startSimProvider();
  const providers = {
    main: { kind: 'openai', baseUrl: upstream.baseUrl, apiKey: 'sk-upstream-main' },
    claude: { kind: 'anthropic', baseUrl: upstream.url, apiKey: 'sk-upstream-claude' },
  };
  stack = await StackForTests.start(
    journeyConfiguration(providers, [
      modelFields('gpt-small', [{ provider: 'main', model: 'sim-small' }]),
      modelFields('gpt-hang', [{ provider: 'main', model: 'sim-hang' }], { firstByteMs: 300 }),
      modelFields('claude-small', [{ provider: 'claude', model: 'sim-small' }]),
    ]),
  );
  const openaiFor = (apiKey: string) => new OpenAI({ apiKey, baseURL: `${stack.url}/v1`, maxRetries: 0 });
  const anthropicFor = (apiKey: string) => new Anthropic({ apiKey, baseURL: stack.url, maxRetries: 0 });
  [openai, strangeOpenai] = [openaiFor(OUR_KEY), openaiFor(THEIR_KEY)];
  [anthropic, strangeAnthropic] = [anthropicFor(OUR_KEY), anthropicFor(THEIR_KEY)];
}, 180_000);

afterAll(async () => {
  await stack?.stop();
  await upstream?.close();
}, 90_000);

type Endpoint = OpenAI.BatchCreateParams['endpoint'];

async function submit(
  endpoint: Endpoint,
  content: string | Buffer,
  more: Partial<OpenAI.BatchCreateParams> = {},
): Promise<OpenAI.Batch> {
  const file = await openai.files.create({ file: await toFile(Buffer.from(content), 'in.jsonl'), purpose: 'batch' });
  return openai.batches.create({ input_file_id: file.id, endpoint, completion_window: '24h', ...more });
}

async function ended(id: string): Promise<OpenAI.Batch> {
  return eventually(
    async () => {
      const batch = await openai.batches.retrieve(id);
      expect(['completed', 'failed', 'cancelled', 'expired']).toContain(batch.status);
      return batch;
    },
    { withinMilliseconds: 30_000 },
  );
}

const textOf = async (id: string | null | undefined) => (await openai.files.content(id ?? '')).text();

describe("OpenAI's Batch API", () => {
  const endpoints: [Endpoint, object, object][] = [
    [
      '/v1/chat/completions',
      { model: 'gpt-small', messages: [{ role: 'user', content: 'hi' }] },
      { object: 'chat.completion', choices: [{ index: 0 }] },
    ],
    ['/v1/responses', { model: 'claude-small', input: 'hi' }, { object: 'response', status: 'completed' }],
    [
      '/v1/embeddings',
      { model: 'gpt-small', input: ['a', 'b'] },
      { object: 'list', data: [{ index: 0 }, { index: 1 }] },
    ],
    ['/v1/completions', { model: 'gpt-small', prompt: 'hi' }, { object: 'text_completion', choices: [{ index: 0 }] }],
    ['/v1/moderations', { model: 'gpt-small', input: 'hi' }, { results: [{ flagged: false }] }],
    ['/v1/images/generations', { model: 'gpt-small', prompt: 'a cat' }, { data: [{ b64_json: expect.any(String) }] }],
  ];
  for (const [endpoint, asked, answer] of endpoints) {
    journey(`runs ${endpoint}`, async () => {
      const { id } = await submit(endpoint, lineOf('one', endpoint, asked) + lineOf('two', endpoint, asked), {
        metadata: { team: 'a' },
      });
      const batch = await ended(id);

      expect(batch).toMatchObject({
        status: 'completed',
        endpoint,
        request_counts: { total: 2, completed: 2, failed: 0 },
        metadata: { team: 'a' },
      });
      const lines = (await textOf(batch.output_file_id)).trimEnd().split('\n');
      expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject(
        ['one', 'two'].map((custom_id) => ({ custom_id, response: { status_code: 200, body: answer }, error: null })),
      );
    });
  }

  journey('has windows of an hour and of no promise besides', async () => {
    const line = lineOf('one', '/v1/moderations', { model: 'gpt-small', input: 'hi' });
    for (const [window, seconds] of [
      ['1h', 3_600],
      ['background', 2_592_000],
    ] as const) {
      const completion_window = window as '24h';
      const batch = await submit('/v1/moderations', line, { completion_window });
      expect(batch.completion_window).toBe(window);
      expect(Math.abs((batch.expires_at ?? 0) - batch.created_at - seconds)).toBeLessThanOrEqual(1);
      expect((await ended(batch.id)).status).toBe('completed');
    }
    await expect(submit('/v1/moderations', line, { completion_window: '2h' as '24h' })).rejects.toMatchObject({
      status: 400,
      param: 'completion_window',
    });
  });

  journey('names every bad line, and calls nobody', async () => {
    const { calls } = upstream.counters();
    const url = '/v1/chat/completions';
    const body = { model: 'gpt-small', messages: [{ role: 'user', content: 'hi' }] };
    const good = (name: string) => lineOf(name, url, body);
    const bad = Buffer.from(good('x'));
    bad[bad.indexOf('hi')] = 0xff;
    const content = Buffer.concat([
      Buffer.from(`\uFEFF${good('a')}\r\n`),
      bad,
      Buffer.from(`not json\n${good('a')}${lineOf('b', '/v1/embeddings', body)}`),
      Buffer.from(good('c').replace('"POST"', '"GET"')),
      Buffer.from(lineOf('d', url, { ...body, model: 'nobody' }) + good('e').trimEnd()),
    ]);
    const batch = await ended((await submit(url, content)).id);

    expect(batch).toMatchObject({ status: 'failed', output_file_id: null, error_file_id: null });
    expect(batch.errors?.data).toMatchObject([
      { code: 'empty_line', line: 2 },
      { code: 'invalid_utf8', line: 3 },
      { code: 'invalid_json_line', line: 4 },
      { code: 'duplicate_custom_id', line: 5, param: 'custom_id' },
      { code: 'invalid_url', line: 6, param: 'url' },
      { code: 'invalid_method', line: 7, param: 'method' },
      { code: 'model_not_found', line: 8, param: 'body.model' },
    ]);
    expect(upstream.counters().calls).toBe(calls);
  });

  journey('says of a line that nobody answered in time that it timed out', async () => {
    const url = '/v1/chat/completions';
    const asked = { model: 'gpt-hang', messages: [{ role: 'user', content: 'hi' }] };
    const batch = await ended((await submit(url, lineOf('slow', url, asked))).id);

    expect(batch).toMatchObject({ status: 'completed', request_counts: { total: 1, completed: 0, failed: 1 } });
    expect(JSON.parse(await textOf(batch.error_file_id))).toMatchObject({
      custom_id: 'slow',
      response: null,
      error: { code: 'request_timeout' },
    });
  });

  journey('keeps strangers out, whom it tells what it tells of what never was', async () => {
    const line = lineOf('one', '/v1/moderations', { model: 'gpt-small', input: 'hi' });
    const { id, input_file_id: inputId } = await submit('/v1/moderations', line);
    await ended(id);
    const before = await openai.batches.retrieve(id);
    const attempts = (batchId: string, fileId: string) => [
      () => strangeOpenai.batches.retrieve(batchId),
      () => strangeOpenai.batches.cancel(batchId),
      () => strangeOpenai.files.retrieve(fileId),
      () => strangeOpenai.files.content(fileId),
      () => strangeOpenai.files.delete(fileId),
      () =>
        strangeOpenai.batches.create({
          input_file_id: fileId,
          endpoint: '/v1/moderations',
          completion_window: '24h',
        }),
    ];
    const told = async (attempt: () => Promise<unknown>): Promise<string> =>
      (await attempt().then(() => 'no refusal', String)).replaceAll(/file-[\w-]+|batch_\w+/g, 'ID');
    const ofNone = await Promise.all(attempts('batch_none', 'file-none').map(told));
    for (const fileId of [inputId, before.output_file_id ?? ''])
      expect(await Promise.all(attempts(id, fileId).map(told))).toEqual(ofNone);
    for (const words of ofNone) expect(words).toContain('404');
    const unknownAfter = { status: 400, code: 'invalid_value', param: 'after' };
    await expect(strangeOpenai.batches.list({ after: id })).rejects.toMatchObject(unknownAfter);
    await expect(strangeOpenai.files.list({ after: inputId })).rejects.toMatchObject(unknownAfter);
    expect(await openai.batches.retrieve(id)).toEqual(before);
    for (const limit of ['1000000000', '-1', '0', '1.5', 'x']) {
      for (const list of ['batches', 'files'])
        expect((await call(`${stack.url}/v1/${list}?limit=${limit}`, { key: OUR_KEY })).status).toBe(400);
    }
  });
});

describe('a batch in the form of OpenRouter', () => {
  const create = (body: object) => call(`${stack.url}/api/beta/batches`, { key: OUR_KEY, body });
  const requests = [
    { custom_id: 'ä "1"', body: { input: 'hi' } },
    { custom_id: 'own', body: { model: 'gpt-small', input: 'hi' } },
    { custom_id: 'none', body: {} },
  ];

  journey('comes with its requests, and goes on as any batch', async () => {
    const answer = await create({
      endpoint: '/api/v1/moderations',
      model: 'gpt-small',
      requests: requests.slice(0, 2),
    });
    expect(answer.status).toBe(200);
    const { id } = JSON.parse(answer.text) as OpenAI.Batch;
    const batch = await ended(id);
    expect(batch).toMatchObject({ endpoint: '/v1/moderations', model: 'gpt-small', request_counts: { completed: 2 } });
    const lines = (await textOf(batch.output_file_id)).trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { custom_id: string }).custom_id)).toEqual(['ä "1"', 'own']);
    const bad = await create({ endpoint: '/v1/moderations', model: 'gpt-small', requests });
    const failed = await ended((JSON.parse(bad.text) as OpenAI.Batch).id);
    expect(failed.errors?.data).toMatchObject([{ line: 3, param: 'body.input' }]);
  });

  journey('is refused where endpoint and model do not come first', async () => {
    for (const [body, param] of [
      [{ requests, endpoint: '/v1/moderations', model: 'gpt-small' }, 'endpoint'],
      [{ endpoint: '/v1/moderations', requests }, 'model'],
      [{ endpoint: '/v1/models', model: 'gpt-small', requests }, 'endpoint'],
    ] as const) {
      const answer = await create(body);
      expect([answer.status, JSON.parse(answer.text)]).toMatchObject([400, { error: { param } }]);
    }
  });
});

describe("OpenAI's limits", () => {
  journey(
    'hold: bytes of a file, bytes of a line, lines of a batch',
    async () => {
      const { calls } = upstream.counters();
      const tooLarge = await uploadLarge(stack.url, OUR_KEY, filler(200 * 1024 ** 2 + 1));
      expect([tooLarge.statusCode, await tooLarge.body.json()]).toMatchObject([
        413,
        { error: { code: 'file_too_large' } },
      ]);
      const url = '/v1/moderations';
      const line = (name: string) => lineOf(name, url, { model: 'gpt-small', input: 'hi' });
      const content = [Buffer.from(line('a')), ...filler(100 * 1024 ** 2), Buffer.from(`\n${line('b')}`)];
      const long = await uploadLarge(stack.url, OUR_KEY, content);
      const { id: longId } = (await long.body.json()) as OpenAI.FileObject;
      const create = (input_file_id: string) =>
        openai.batches.create({ input_file_id, endpoint: url, completion_window: '24h' });
      const withLong = await ended((await create(longId)).id);
      expect([withLong.status, withLong.errors?.data]).toMatchObject(['failed', [{ code: 'line_too_long', line: 2 }]]);
      const many = await submit(url, Array.from({ length: 50_001 }, (_, index) => line(`r${index}`)).join(''));
      const withMany = await ended(many.id);
      expect([withMany.status, withMany.errors?.data]).toMatchObject([
        'failed',
        [{ code: 'too_many_requests_in_batch', line: 50_001 }],
      ]);
      expect(upstream.counters().calls).toBe(calls);
    },
    90_000,
  );
});

describe("OpenAI's Files API", () => {
  journey('keeps a file for as long as it was told to, gives parts of it, and forgets it when told so', async () => {
    const upload = async (seconds: number) =>
      openai.files.create({
        file: await toFile(Buffer.from('0123456789'), 'digits.txt'),
        purpose: 'user_data' as const,
        expires_after: { anchor: 'created_at', seconds },
      });
    for (const seconds of [3_599, 2_592_001])
      await expect(upload(seconds)).rejects.toMatchObject({ status: 400, param: 'expires_after.seconds' });
    const file = await upload(3_600);
    expect(file.expires_at).toBe(file.created_at + 3_600);
    const content = (range: string) =>
      call(`${stack.url}/v1/files/${file.id}/content`, { key: OUR_KEY, headers: { range } });
    expect(await content('bytes=2-4')).toMatchObject({
      status: 206,
      text: '234',
      headers: { 'content-range': 'bytes 2-4/10', 'content-length': '3' },
    });
    expect(await content('bytes=10-')).toMatchObject({ status: 416, headers: { 'content-range': 'bytes */10' } });
    expect(await content('lines=1')).toMatchObject({ status: 200, text: '0123456789' });
    expect(await openai.files.delete(file.id)).toEqual({ id: file.id, object: 'file', deleted: true });

    await expect(openai.files.retrieve(file.id)).rejects.toMatchObject({ status: 404 });
    const files: string[] = [];
    for await (const one of openai.files.list({ limit: 2 })) files.push(one.id);
    expect(files).not.toContain(file.id);
    expect(new Set(files).size).toBe(files.length);
  });
});

describe("Anthropic's Message Batches API", () => {
  const params = { model: 'claude-small', max_tokens: 20, messages: [{ role: 'user' as const, content: 'hi' }] };
  const messages = () => anthropic.messages.batches;
  const whenEnded = (id: string): Promise<Anthropic.Messages.MessageBatch> =>
    eventually(
      async () => {
        const batch = await messages().retrieve(id);
        expect(batch.processing_status).toBe('ended');
        return batch;
      },
      { withinMilliseconds: 30_000 },
    );

  journey('runs requests, whatever is wrong with some of them, and streams their results', async () => {
    const { calls } = upstream.counters();
    const batch = await messages().create({
      requests: [
        { custom_id: 'good', params },
        { custom_id: 'no-such-model', params: { ...params, model: 'nobody' } },
        { custom_id: 'no-tokens', params: { ...params, max_tokens: 0 } },
        { custom_id: 'on-openai', params: { ...params, model: 'gpt-small' } },
      ],
    });
    expect(batch).toMatchObject({
      type: 'message_batch',
      processing_status: 'in_progress',
      request_counts: { processing: 4, succeeded: 0, errored: 0, canceled: 0, expired: 0 },
    });
    const end = await whenEnded(batch.id);
    expect(end.request_counts).toEqual({ processing: 0, succeeded: 2, errored: 2, canceled: 0, expired: 0 });
    const results: Anthropic.Messages.MessageBatchIndividualResponse[] = [];
    for await (const result of await messages().results(batch.id)) results.push(result);
    expect(results).toMatchObject([
      { custom_id: 'good', result: { type: 'succeeded', message: { type: 'message', role: 'assistant' } } },
      { custom_id: 'no-such-model', result: { type: 'errored', error: { error: { type: 'not_found_error' } } } },
      { custom_id: 'no-tokens', result: { type: 'errored', error: { error: { type: 'invalid_request_error' } } } },
      { custom_id: 'on-openai', result: { type: 'succeeded', message: { type: 'message' } } },
    ]);
    expect(upstream.counters().calls).toBe(calls + 2);
    const listed: string[] = [];
    for await (const one of messages().list({ limit: 1 })) listed.push(one.id);
    expect(listed).toContain(batch.id);

    for (const attempt of [
      () => strangeAnthropic.messages.batches.retrieve(batch.id),
      () => strangeAnthropic.messages.batches.cancel(batch.id),
      () => strangeAnthropic.messages.batches.delete(batch.id),
      () => strangeAnthropic.messages.batches.results(batch.id),
    ])
      await expect(attempt()).rejects.toBeInstanceOf(NotFoundError);
    expect(await messages().delete(batch.id)).toEqual({ id: batch.id, type: 'message_batch_deleted' });
    await expect(messages().retrieve(batch.id)).rejects.toBeInstanceOf(NotFoundError);
  });

  journey('cancels', async () => {
    const requests = Array.from({ length: 50 }, (_, index) => ({ custom_id: `r${index}`, params }));
    const { id } = await messages().create({ requests });
    const cancelled = await messages()
      .cancel(id)
      .catch((error: unknown) => error);
    const end = await whenEnded(id);
    const { processing, ...counts } = end.request_counts;
    expect(processing).toBe(0);
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(50);
    // All may have been over before.
    if (!(cancelled instanceof Error)) expect(end.cancel_initiated_at).not.toBeNull();
  });

  journey("refuses what is no batch, in Anthropic's words, and stores nothing of it", async () => {
    const send = (body: string | object, headers: Record<string, string> = {}) =>
      call(`${stack.url}/v1/messages/batches`, { key: OUR_KEY, body, headers });
    const files = () => stack.query('SELECT id FROM jobs.files ORDER BY id');
    const before = await files();
    const good = { custom_id: 'a', params };
    for (const [body, words] of [
      ['{"requests": [', 'breaks off'],
      ['nonsense', 'cannot be read'],
      [{ requests: [] }, 'requests'],
      [{}, "'requests'"],
      [{ requests: [good, good] }, 'requests.1.custom_id'],
      [{ requests: [{ ...good, custom_id: 'a b' }] }, 'requests.0.custom_id'],
      [{ requests: [{ custom_id: 'a' }] }, 'requests.0.params'],
      [{ requests: [good, { ...good, custom_id: 'b', extra: 1 }] }, 'requests.1.extra'],
    ] as const) {
      const answer = await send(body);
      expect([answer.status, JSON.parse(answer.text)]).toMatchObject([
        400,
        { type: 'error', error: { type: 'invalid_request_error', message: expect.stringContaining(words) } },
      ]);
    }
    const large = `{"requests": [{"custom_id": "a", "params": {"x": "${'x'.repeat(21 * 1024 ** 2)}"}}]}`;
    expect(JSON.parse((await send(large)).text)).toMatchObject({ error: { type: 'request_too_large' } });
    expect((await send(JSON.stringify({ requests: [good] }), { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await call(`${stack.url}/v1/messages/batches`, { method: 'POST', key: OUR_KEY })).status).toBe(400);
    expect((await call(`${stack.url}/v1/messages/batches`, { body: { requests: [good] } })).status).toBe(401);
    expect(await files()).toEqual(before);
  });
});
