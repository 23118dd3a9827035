import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import OpenAI, { toFile } from 'openai';
import { startSimProvider, type SimProvider } from './start-sim-provider.js';

describe('the operations of the sim provider, by the official client', () => {
  let sim: SimProvider;
  let client: OpenAI;

  beforeAll(async () => {
    sim = await startSimProvider({ key: 'sesame' });
    client = new OpenAI({ apiKey: 'sesame', baseURL: sim.baseUrl, maxRetries: 0 });
  });

  afterAll(() => sim.close());

  it('embeds by the client’s own encoding as by plain numbers', async () => {
    const request = { model: 'sim-small', input: ['one', 'two'], dimensions: 8 };
    const encoded = await client.embeddings.create(request);
    const plain = await client.embeddings.create({ ...request, encoding_format: 'float' });
    encoded.data.forEach(({ embedding }, index) => {
      expect(Array.from(embedding)).toEqual(plain.data[index]?.embedding.map(Math.fround));
    });
    expect(encoded.usage).toEqual({ prompt_tokens: 2, total_tokens: 2 });
    expect(sim.calls().at(-1)).toMatchObject({ model: 'sim-small', promptTokens: 2, outcome: 'answered' });
  });

  it('moderates, draws, speaks and listens', async () => {
    const moderation = await client.moderations.create({ model: 'sim-small', input: 'hello' });
    expect(moderation.results[0]?.flagged).toBe(false);
    const images = await client.images.generate({ model: 'sim-small', prompt: 'a cat', n: 2 });
    expect(images.data).toHaveLength(2);
    const image = await toFile(Buffer.from('PNG'), 'image.png');
    const edited = await client.images.edit({ model: 'sim-small', image: [image, image], prompt: 'a hat', n: 2 });
    expect(edited).toMatchObject({ data: [{}, {}], usage: { input_tokens: 2 } });
    expect((await client.images.createVariation({ model: 'sim-small', image })).data).toHaveLength(1);
    const speech = await client.audio.speech.create({ model: 'sim-small', input: 'hello', voice: 'alloy' });
    const sound = Buffer.from(await speech.arrayBuffer());
    expect(sound.toString('latin1', 8, 12)).toBe('WAVE');
    const transcript = await client.audio.transcriptions.create({
      model: 'sim-small',
      file: await toFile(sound, 'sound.wav'),
    });
    expect(transcript.text).toBe('This is a simulated transcript.');
    const subtitles = await client.audio.transcriptions.create({
      model: 'sim-small',
      file: await toFile(sound, 'sound.wav'),
      response_format: 'vtt',
    });
    expect(subtitles).toMatch(/^WEBVTT/);
  });

  it('ranks at both addresses, and asks for the key', async () => {
    for (const version of ['v1', 'v2']) {
      const call = (key: string) =>
        fetch(`${sim.url}/${version}/rerank`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          body: JSON.stringify({ model: 'sim-small', query: 'b', documents: ['a', 'b'] }),
        });
      expect(await (await call('sesame')).json()).toMatchObject({ results: [{ index: 1 }, { index: 0 }] });
      expect((await call('wrong')).status).toBe(401);
    }
  });
});
