import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { eventually } from '#libs/testing';

import { call, type HttpAnswer } from './http-call.js';
import { journeyConfiguration, modelFields, OUR_KEY, THEIR_KEY } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { jobIn, shapeOf, type SeenJob } from './later-answers.js';
import { ASKED, SAID, startModelMock, type ModelMock } from './model-mock.js';
import { StackForTests } from './stack-for-tests.js';

const SLOW = 'slow';

let mock: ModelMock;
let stack: StackForTests;
const journey = journeysOn(() => stack);

beforeAll(async () => {
  mock = await startModelMock();
  const apiKey = 'sk-upstream-job-forms';
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
}, 120_000);
afterAll(async () => {
  await stack?.stop();
  await mock?.close();
}, 60_000);

const get = (path: string, key = OUR_KEY): Promise<HttpAnswer> => call(`${stack.url}${path}`, { key });
const later = (path: string, body: object): Promise<HttpAnswer> =>
  call(`${stack.url}${path}`, { key: OUR_KEY, body, headers: { prefer: 'respond-async' } });

async function ended(id: string): Promise<SeenJob> {
  return eventually(
    async () => {
      const job = jobIn(await get(`/v1/jobs/${id}`));
      expect(['completed', 'failed', 'cancelled', 'expired']).toContain(job.status);
      return job;
    },
    { withinMilliseconds: 20_000 },
  );
}

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
