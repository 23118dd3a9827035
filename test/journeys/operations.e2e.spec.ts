import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import OpenAI, { toFile } from 'openai';

import { call } from './http-call.js';
import { journeyConfiguration, modelFields, OUR_KEY } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { readRecord } from './request-record.js';
import { StackForTests } from './stack-for-tests.js';
import { startUpstream, type Upstream } from './upstream.js';

let upstream: Upstream;
let stack: StackForTests;
let client: OpenAI;
const journey = journeysOn(() => stack);

beforeAll(async () => {
  upstream = await startUpstream();
  stack = await StackForTests.start(
    journeyConfiguration(
      {
        main: { kind: 'openai', baseUrl: upstream.baseUrl, apiKey: 'sk-upstream-operations' },
        messages: { kind: 'anthropic', baseUrl: new URL(upstream.baseUrl).origin, apiKey: 'sk-upstream-messages' },
        inside: { kind: 'sim' },
      },
      [
        modelFields('any-work', [{ provider: 'main', model: 'sim-small' }]),
        modelFields('inside-work', [{ provider: 'inside', model: 'sim-small' }]),
        modelFields('message-work', [{ provider: 'messages', model: 'sim-small' }]),
        modelFields('omni-moderation-latest', [{ provider: 'main', model: 'sim-large' }]),
      ],
    ),
  );
  client = new OpenAI({ apiKey: OUR_KEY, baseURL: `${stack.url}/v1`, maxRetries: 0 });
}, 180_000);

afterAll(async () => {
  try {
    await stack?.stop();
  } finally {
    await upstream?.close();
  }
}, 90_000);

const sound = () => toFile(Buffer.alloc(600_000, 255), 'größe.wav');

describe('the official client beside chat', () => {
  journey('embeds through a provider of the same format and through the sim inside, alike', async () => {
    const request = { input: ['one', 'two words'], dimensions: 8 };
    const { data, response } = await client.embeddings.create({ model: 'any-work', ...request }).withResponse();
    const inside = await client.embeddings.create({ model: 'inside-work', ...request });
    expect(data.data.map(({ embedding }) => embedding)).toEqual(inside.data.map(({ embedding }) => embedding));
    expect(data.usage).toEqual({ prompt_tokens: 3, total_tokens: 3 });
    expect(response.headers.get('x-switchyard-model')).toBe('sim-small');
    const record = await readRecord(stack, response.headers.get('x-request-id') ?? '', OUR_KEY);
    expect(record).toMatchObject({ outcome: 'completed' });
  });

  journey('moderates without naming a model', async () => {
    const moderation = await client.moderations.create({ input: 'hello' });
    expect(moderation).toMatchObject({ model: 'sim-large', results: [{ flagged: false }] });
  });

  journey('has a text continued, plain and as a stream, with its cost', async () => {
    const request = { model: 'any-work', prompt: 'Once upon a time' };
    const { data, response } = await client.completions.create(request).withResponse();
    expect(data).toMatchObject({ object: 'text_completion', usage: { prompt_tokens: 4 } });
    expect(Number(response.headers.get('x-switchyard-cost-usd'))).toBeGreaterThan(0);
    let text = '';
    for await (const { choices } of await client.completions.create({ ...request, stream: true })) {
      text += choices[0]?.text ?? '';
    }
    expect(text).toBe(data.choices[0]?.text);
  });

  journey('has images changed and varied, of whose form the model only is replaced', async () => {
    const image = await toFile(Buffer.alloc(300_000, 137), 'größe.png');
    for (const model of ['any-work', 'inside-work']) {
      const edited = await client.images.edit({ model, image: [image, image], prompt: 'add a hat', n: 2 });
      expect(edited.data).toHaveLength(2);
      expect((await client.images.createVariation({ model, image })).data).toHaveLength(1);
    }
    const sent = upstream.received.filter(({ path }) => path.startsWith('/v1/images/'));
    expect(sent.map(({ path }) => path)).toEqual(['/v1/images/edits', '/v1/images/variations']);
    expect(sent.every(({ body }) => body.includes(Buffer.alloc(300_000, 137)))).toBe(true);
  });

  journey("has the tokens of a message counted by a provider of Anthropic's format, at no cost", async () => {
    const answer = await call(`${stack.url}/v1/messages/count_tokens`, {
      key: OUR_KEY,
      body: { model: 'message-work', messages: [{ role: 'user', content: 'one two three' }] },
    });
    expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { input_tokens: 3 }]);
    expect(upstream.received.at(-1)?.path).toBe('/v1/messages/count_tokens');
  });

  journey('speaks, and gets the very bytes with their own content type', async () => {
    for (const model of ['any-work', 'inside-work']) {
      const speech = await client.audio.speech.create({ model, input: 'hello', voice: 'alloy' });
      expect(speech.headers.get('content-type')).toBe('audio/wav');
      expect(Buffer.from(await speech.arrayBuffer()).toString('latin1', 0, 4)).toBe('RIFF');
    }
  });

  journey('has a file of sound transcribed, in JSON and as text', async () => {
    for (const model of ['any-work', 'inside-work']) {
      const transcript = await client.audio.transcriptions.create({ model, file: await sound() });
      expect(transcript.text).toBe('This is a simulated transcript.');
    }
    const request = { model: 'any-work', file: await sound(), response_format: 'text' } as const;
    expect(await client.audio.transcriptions.create(request)).toBe('This is a simulated transcript.\n');
    expect(upstream.received.at(-1)?.body.includes(Buffer.alloc(600_000, 255))).toBe(true);
    expect(await client.audio.translations.create({ model: 'any-work', file: await sound() })).toMatchObject({
      text: 'This is a simulated transcript.',
    });
  });

  journey('draws', async () => {
    const images = await client.images.generate({ model: 'any-work', prompt: 'a cat', n: 2 });
    expect(images.data).toHaveLength(2);
  });

  journey('is told what cannot be done', async () => {
    await expect(client.images.generate({ model: 'any-work', prompt: 'a cat', stream: true })).rejects.toMatchObject({
      status: 400,
      code: 'unsupported_parameter',
      param: 'stream',
    });
    await expect(
      client.audio.transcriptions.create({ model: 'any-work', file: await sound(), stream: true }),
    ).rejects.toMatchObject({ status: 400, code: 'unsupported_parameter', param: 'stream' });
    await expect(client.audio.transcriptions.create({ model: 'nobody', file: await sound() })).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
    });
    const json = await call(`${stack.url}/v1/audio/transcriptions`, { key: OUR_KEY, body: { model: 'any-work' } });
    expect(json.status).toBe(415);
    const large = toFile(Buffer.alloc(33 * 1024 ** 2), 'large.wav');
    await expect(client.audio.transcriptions.create({ model: 'any-work', file: await large })).rejects.toMatchObject({
      status: 413,
      code: 'body_too_large',
    });
  });
});

describe('reranking', () => {
  journey('answers at both addresses of Cohere’s clients', async () => {
    for (const version of ['v1', 'v2']) {
      const body = { model: 'any-work', query: 'the harbor', documents: ['a field', 'the harbor'], top_n: 1 };
      const answer = await call(`${stack.url}/${version}/rerank`, { key: OUR_KEY, body });
      expect([answer.status, JSON.parse(answer.text)]).toMatchObject([
        200,
        { results: [{ index: 1, relevance_score: 1 }] },
      ]);
    }
  });
});
