import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { eventually } from '#libs/testing';
import OpenAI, { NotFoundError, toFile } from 'openai';

import { MODELS, startDialectGround, type DialectGround } from './dialect-ground.js';
import { call } from './http-call.js';
import { OUR_KEY } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { ASKED, PICTURE, SAID, SOUND } from './model-mock.js';
import { twoSecondsOfSound } from './refusals-in-dialects.js';

let ground: DialectGround;
let client: OpenAI;
const journey = journeysOn(() => ground.stack);

beforeAll(async () => {
  ground = await startDialectGround();
  client = new OpenAI({ apiKey: OUR_KEY, baseURL: `${ground.stack.url}/v1`, maxRetries: 0 });
}, 180_000);
afterAll(() => ground?.close(), 90_000);

describe("OpenAI's client", () => {
  journey('has a picture drawn', async () => {
    const answer = await client.images.generate({ model: 'draw-openai', prompt: 'A red dot.' });
    expect(answer.data?.[0]?.b64_json).toBe(PICTURE.toString('base64'));
  });

  journey('has a text read aloud', async () => {
    const answer = await client.audio.speech.create({ model: 'speak-openai', voice: 'alloy', input: SAID.hello });
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(SOUND);
    expect(answer.headers.get('content-type')).toBe('audio/mpeg');
  });

  journey('has a sound written down', async () => {
    const file = await toFile(SOUND, 'hello.mp3', { type: 'audio/mpeg' });
    const answer = await client.audio.transcriptions.create({ model: 'hear-openai', file });
    expect(answer.text).toBe(SAID.hello);
  });

  journey('has a text judged', async () => {
    const answer = await client.moderations.create({ model: 'judge-openai', input: 'A violent text.' });
    expect(answer.results[0]).toMatchObject({ flagged: true, categories: { violence: true } });
  });

  for (const model of MODELS) {
    journey(`goes on with a stored response ${model}, reads it and deletes it`, async () => {
      const first = await client.responses.create({ model, input: ASKED.hello });
      const next = await client.responses.create({ model, input: ASKED.picture, previous_response_id: first.id });
      expect(next.output_text).toBe(SAID.picture);
      expect(ground.mock.received.at(-1)?.body.toString('utf8')).toContain(ASKED.hello);
      const read = await client.responses.retrieve(first.id);
      expect(read.output_text).toBe(SAID.hello);
      const items = await client.responses.inputItems.list(first.id);
      expect(items.data).toMatchObject([{ type: 'message', role: 'user' }]);
      await client.responses.delete(first.id);
      await expect(client.responses.retrieve(first.id)).rejects.toBeInstanceOf(NotFoundError);
    });
  }
});

describe('a caller of the rerank endpoint', () => {
  journey('has documents put in order', async () => {
    const answer = await call(`${ground.stack.url}/v2/rerank`, {
      key: OUR_KEY,
      body: { model: 'rank-cohere', query: 'Which is a colour?', documents: ['Ulm', 'red'], top_n: 2 },
    });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({
      results: [
        { index: 1, relevance_score: 0.9 },
        { index: 0, relevance_score: 0.2 },
      ],
    });
  });
});

describe('what is not paid by tokens', () => {
  journey('is charged by the piece, exactly, at prices that the operator sets', async () => {
    const { url, adminKey } = ground.stack;
    const prices = {
      pictures: {
        provider: 'openai',
        model: 'gpt-image-1',
        price: { perImage: '0.04', images: [{ size: '1024x1536', quality: 'high', perImage: '0.25' }] },
      },
      speech: { provider: 'openai', model: 'gpt-4o-mini-tts', price: { perMinuteOfAudio: '0.6' } },
      sound: { provider: 'openai', model: 'gpt-4o-transcribe', price: { perMinuteOfAudio: '0.006' } },
      ranks: { provider: 'cohere', model: 'rerank-v3.5', price: { perThousandSearches: '2' } },
    };
    for (const [name, price] of Object.entries(prices)) {
      const set = await call(`${url}/admin/v1/prices/${name}`, { method: 'PUT', key: adminKey, body: price });
      expect([set.status, set.text]).toEqual([200, expect.any(String)]);
    }
    const file = await toFile(twoSecondsOfSound(), 'two-seconds.wav');
    const drawing = { model: 'draw-openai', prompt: 'A red dot.' };
    const documents = Array.from({ length: 101 }, (_, index) => `red ${index}`);
    const rank = { model: 'rank-cohere', query: 'Which is a colour?', documents };
    const costs = async (): Promise<unknown[]> => {
      const answers = [
        await client.images.generate({ ...drawing, size: '1024x1024', quality: 'high' }).withResponse(),
        await client.images.generate({ ...drawing, size: '1024x1536', quality: 'high' }).withResponse(),
        await client.audio.speech
          .create({ model: 'speak-openai', voice: 'alloy', input: SAID.hello })
          .then((response) => ({ response })),
        await client.audio.transcriptions.create({ model: 'hear-openai', file }).withResponse(),
      ];
      const ranked = await call(`${url}/v2/rerank`, { key: OUR_KEY, body: rank });
      const told = answers.map(({ response }) => response.headers.get('x-switchyard-cost-usd'));
      return [...told, ranked.headers['x-switchyard-cost-usd']];
    };
    // The mock's sound has no length that could be read: ten letters or four syllables to a second, and half a second.
    const syllables = SAID.hello.match(/[漢字👩🚀]/gu)?.length ?? 0;
    const spokenMilliseconds = 500 + 100 * (Array.from(SAID.hello).length - syllables) + 250 * syllables;
    const expected = ['0.04', '0.25', String((spokenMilliseconds * 0.6) / 60_000), '0.0002', '0.004'];
    await eventually(async () => expect(await costs()).toEqual(expected));
    await eventually(async () => {
      const charged = await ground.stack.query<{ cost: string }>(
        `SELECT cost_nano_usd::text AS cost FROM billing.charges ORDER BY charged_at DESC LIMIT 5`,
      );
      const nanoUsd = expected.map((usd) => String(Math.round(Number(usd) * 1e9)));
      expect(charged.map(({ cost }) => cost).toSorted()).toEqual(nanoUsd.toSorted());
    });
  });
});
