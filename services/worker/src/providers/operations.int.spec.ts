import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ImageModelV4 } from '@ai-sdk/provider';
import type { Facts, Target } from '#libs/contracts';
import { dialectNamed } from '#libs/dialects';
import { startSimProvider, type SimProvider } from '#libs/simulation';
import { translatedAnswer } from '../provider-http/translated-answer.js';
import { openai } from './openai/index.js';
import type { Provider, ProviderAnswer } from './provider.js';
import { sim } from './sim/index.js';

const surroundings = { fetchFile: () => Promise.reject(new Error('nothing is fetched')) };

async function bytesOf(answer: ProviderAnswer): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of answer.body) parts.push(part);
  return Buffer.concat(parts);
}

async function form(
  file: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<{ body: Buffer; type: string }> {
  const sent = new FormData();
  sent.set(file, new Blob([Buffer.alloc(5_000, 255)]), `${file}.bin`);
  for (const [name, value] of Object.entries({ model: 'public', ...fields })) sent.set(name, value);
  const request = new Request('http://localhost', { method: 'POST', body: sent });
  return { body: Buffer.from(await request.arrayBuffer()), type: request.headers.get('content-type') ?? '' };
}

describe('operations beside chat', () => {
  let upstream: SimProvider;
  const providers = new Map<string, Provider>();

  beforeAll(async () => {
    upstream = await startSimProvider({ key: 'sesame' });
    providers.set('openai', openai.create({ baseUrl: upstream.baseUrl }, 'sesame', surroundings));
    providers.set('sim', sim.create({}, undefined, surroundings));
  });

  afterEach(() => {
    // Each reaches the address of its kind with the model's own name.
    for (const { model } of upstream.calls()) expect(model).toBe('sim-small');
  });
  afterAll(async () => {
    for (const provider of providers.values()) await provider.close();
    await upstream.close();
  });

  async function call(kind: string, dialect: string, sent: Buffer | object, type = 'application/json') {
    const body = Buffer.isBuffer(sent) ? sent : Buffer.from(JSON.stringify({ model: 'public', ...sent }));
    const facts = { ...dialectNamed(dialect).readFacts(body, type), requestId: 'req_1' } as Facts;
    const target = { model: 'sim-small' } as Target;
    const signal = new AbortController().signal;
    const provider = providers.get(kind);
    if (!provider) throw new Error(`no provider ${kind}`);
    const answer = await provider.call({ facts, target, body, attempt: 0, signal });
    const answered = await bytesOf(answer);
    expect([answer.status, answered.toString('latin1', 0, 200)]).toEqual([200, expect.any(String)]);
    const contentType = answer.header('content-type') ?? '';
    return { contentType, answered, read: dialectNamed(dialect).readAnswer(answered, contentType) };
  }

  for (const kind of ['openai', 'sim']) {
    it(`are answered in their own form by ${kind}, with their usage`, async () => {
      const embeddings = await call(kind, 'openai-embeddings', { input: ['one', 'two words'] });
      expect(embeddings.read?.usage).toEqual({ promptTokens: 3, completionTokens: 0 });
      const ranking = await call(kind, 'rerank', { query: 'b', documents: ['a', 'b'] });
      expect(ranking.read?.usage).toMatchObject({ promptTokens: 3, completionTokens: 0 });
      const images = await call(kind, 'openai-images', { prompt: 'a cat' });
      expect(images.read?.usage).toEqual({ promptTokens: 2, completionTokens: 1, imageCompletionTokens: 1, images: 1 });
      expect((await call(kind, 'openai-moderations', { input: 'x' })).read).toBeDefined();
    });

    it(`carry sound to and from ${kind}`, async () => {
      const speech = await call(kind, 'openai-speech', { input: 'hello', voice: 'alloy' });
      expect(speech.contentType).toBe('audio/wav');
      expect(speech.answered.toString('latin1', 0, 4)).toBe('RIFF');
      expect(speech.read).toMatchObject({ characters: 0, usage: { audioMilliseconds: 100 } });
      const { body, type } = await form('file');
      for (const dialect of ['openai-transcription', 'openai-audio-translation']) {
        const transcript = await call(kind, dialect, body, type);
        expect(transcript.read).toMatchObject({ characters: 31, usage: { promptTokens: 6 } });
      }
    });

    it(`carry images to and from ${kind}`, async () => {
      const edit = await form('image', { prompt: 'add a hat', n: '2' });
      const edited = await call(kind, 'openai-image-edits', edit.body, edit.type);
      expect(edited.read?.usage).toMatchObject({ promptTokens: 3, completionTokens: 2, imageCompletionTokens: 2 });
      const { body, type } = await form('image');
      expect((await call(kind, 'openai-image-variations', body, type)).read?.usage).toMatchObject({ promptTokens: 0 });
    });
  }

  it('are refused where only providers of OpenAI’s form can serve them', async () => {
    const { body, type } = await form('image', { prompt: 'add a hat' });
    const facts = { ...dialectNamed('openai-image-edits').readFacts(body, type), requestId: 'req_1' } as Facts;
    const models = { imageModel: () => ({}) as unknown as ImageModelV4 };
    const signal = new AbortController().signal;
    const edit = { facts, target: { model: 'draw' } as Target, body, attempt: 0, signal };
    await expect(translatedAnswer(models, edit, surroundings.fetchFile)).rejects.toMatchObject({
      errorClass: 'unsupported',
    });
  });
});
