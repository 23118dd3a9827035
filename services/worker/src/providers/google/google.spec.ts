import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chatCaller } from '../../provider-contract/chat-caller.fixture.js';
import { TOOL } from '../../provider-contract/contract-caller.fixture.js';
import { ContractCall } from '../../provider-contract/contract-call.fixture.js';
import { GEMINI_ANSWERS } from '../../provider-contract/gemini-wire.fixture.js';
import { jsonEvent } from '../../provider-contract/provider-subject.fixture.js';
import { ProviderServer } from '../../provider-contract/provider-server.fixture.js';
import type { Provider } from '../provider.js';
import { google } from './index.js';

const model = 'gemini-3-pro-preview';
const asked = { role: 'user', content: 'What is the weather in Paris?' };

interface SentBody {
  contents: { role: string; parts: { text?: string; functionCall?: object; thoughtSignature?: string }[] }[];
  systemInstruction?: { parts: { text: string }[] };
}

describe('a provider of kind google', () => {
  let server: ProviderServer;
  let provider: Provider;

  beforeAll(async () => {
    server = await ProviderServer.start();
    provider = google.create({ baseUrl: server.origin }, 'AIza-key', {
      fetchFile: () => Promise.reject(new Error('nothing is to be fetched')),
    });
  });
  afterAll(async () => {
    await provider.close();
    await server.stop();
  });

  const run = async (messages: readonly object[], stream = false) => {
    server.replyWith(stream ? GEMINI_ANSWERS.twoCalls.stream : GEMINI_ANSWERS.twoCalls.plain);
    const tools = [{ type: 'function', function: TOOL }];
    const body = { model, messages, tools, ...(stream ? { stream, stream_options: { include_usage: true } } : {}) };
    const result = await new ContractCall(provider, { dialect: chatCaller.dialect, body }).run();
    return { result, sent: server.requests.at(-1)?.body as SentBody };
  };

  it('gives Gemini back what it signed', async () => {
    const { result } = await run([asked]);
    const { choices } = JSON.parse(result.text) as { choices: { message: { tool_calls: { id: string }[] } }[] };
    const message = choices[0]?.message ?? { tool_calls: [] };
    const results = message.tool_calls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: 'sunny' }));
    const { sent } = await run([asked, message, ...results]);
    const calls = sent.contents.flatMap(({ parts }) => parts).filter(({ functionCall }) => functionCall);
    expect(calls.map(({ thoughtSignature }) => thoughtSignature)).toEqual(['signed-Paris', 'signed-Rome']);
  });

  it.each([false, true])('takes instructions after the first turn, with a warning (stream: %s)', async (stream) => {
    const system = (content: string) => ({ role: 'system', content });
    const { result, sent } = await run([system('Be brief.'), asked, system('Now be long.')], stream);
    expect(sent.systemInstruction?.parts).toEqual([{ text: 'Be brief.' }]);
    expect(sent.contents.at(-1)).toMatchObject({ role: 'user', parts: [{ text: 'Now be long.' }] });
    expect(result.warnings?.join()).toContain('sent as a message of the user');
  });

  it.each([
    ['beside the error', [], { usageMetadata: { promptTokenCount: 20, candidatesTokenCount: 5 } }, 'end'],
    ['before it', GEMINI_ANSWERS.text.stream.events.slice(0, 2), {}, 'end'],
    ['before it, where the connection breaks', GEMINI_ANSWERS.text.stream.events.slice(0, 2), {}, 'cut'],
    ['before it, where nothing follows', GEMINI_ANSWERS.text.stream.events.slice(0, 2), {}, 'open'],
  ] as const)(
    'keeps for the bill of an error within a stream what was told %s',
    async (_where, begun, told, ending) => {
      const error = { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' };
      server.replyWith({ events: [...begun, jsonEvent({ error, ...told })], ending });
      const body = { model, messages: [asked], stream: true };
      const failure = new ContractCall(provider, { dialect: chatCaller.dialect, body }).run();
      await expect(failure).rejects.toMatchObject({
        errorClass: 'overloaded',
        usage: { promptTokens: 20, completionTokens: begun.length === 0 ? 5 : 9 },
      });
    },
  );

  it('gives up a stream whose event has no end', async () => {
    const endless = `data: ${'x'.repeat(1024 ** 2)}`;
    const events = [...GEMINI_ANSWERS.text.stream.events.slice(0, 1), ...Array.from({ length: 9 }, () => endless)];
    server.replyWith({ events, ending: 'open' });
    const call = new ContractCall(provider, {
      dialect: chatCaller.dialect,
      body: { model, messages: [asked], stream: true },
    });
    await expect(call.run()).rejects.toMatchObject({
      errorClass: 'bad_answer',
      message: expect.stringContaining('larger'),
    });
  });

  it('is not made without a credential', () => {
    expect(() => google.create({}, undefined, { fetchFile: () => Promise.reject(new Error('no')) })).toThrow(
      /needs a credential/,
    );
  });
});
