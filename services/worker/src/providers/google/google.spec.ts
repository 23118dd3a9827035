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

  describe('asked how likely its tokens were', () => {
    const chosen = (...tokens: [string, number][]) =>
      tokens.map(([token, logProbability]) => ({ token, logProbability }));
    const logprobsResult = {
      chosenCandidates: chosen(['Grü', -0.25], ['ße', -0.5]),
      topCandidates: [
        { candidates: chosen(['Grü', -0.25], ['Hal', -2]) },
        { candidates: chosen(['ße', -0.5], ['n', -3]) },
      ],
    };
    const said = (text: string, more: object) => ({
      candidates: [{ content: { role: 'model', parts: [{ text }] }, ...more }],
      usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2 },
    });
    const entry = (token: string, logprob: number, other: [string, number]) => ({
      token,
      logprob,
      bytes: [...Buffer.from(token)],
      top_logprobs: [[token, logprob], other].map(([name, value]) => ({
        token: name,
        logprob: value,
        bytes: [...Buffer.from(String(name))],
      })),
    });
    const content = [entry('Grü', -0.25, ['Hal', -2]), entry('ße', -0.5, ['n', -3])];
    const ask = (more: object) =>
      new ContractCall(provider, {
        dialect: chatCaller.dialect,
        body: { model, messages: [asked], logprobs: true, top_logprobs: 2, ...more },
      }).run();

    it('tells it as OpenAI does, and asks in the words of Gemini', async () => {
      server.replyWith({ body: said('Grüße', { finishReason: 'STOP', logprobsResult }) });
      const { text, warnings } = await ask({});
      expect(JSON.parse(text)).toMatchObject({ choices: [{ logprobs: { content, refusal: null } }] });
      expect(warnings).toBeUndefined();
      const [{ body, headers } = { body: undefined, headers: {} }] = server.requests;
      expect(body).toMatchObject({ generationConfig: { responseLogprobs: true, logprobs: 2 } });
      expect(Object.keys(headers).join()).not.toContain('switchyard');
    });

    it('tells it in a stream beside the words, or at the end where no words are left', async () => {
      const halves = content.map((_, place) => ({
        chosenCandidates: logprobsResult.chosenCandidates.slice(place, place + 1),
        topCandidates: logprobsResult.topCandidates.slice(place, place + 1),
      }));
      server.replyWith({
        events: [
          jsonEvent(said('Grüße', { logprobsResult: halves[0] })),
          jsonEvent({ candidates: [{ finishReason: 'STOP', logprobsResult: halves[1] }] }),
        ],
      });
      const { text } = await ask({ stream: true });
      const choices = [...text.matchAll(/^data: (\{.*)$/gm)].flatMap(
        ([, data]) => (JSON.parse(data ?? '') as { choices: { logprobs: { content: object[] } | null }[] }).choices,
      );
      expect(choices.flatMap(({ logprobs }) => logprobs?.content ?? [])).toEqual(content);
      expect(choices.filter(({ logprobs }) => logprobs)).toMatchObject([
        { delta: { content: 'Grüße' }, finish_reason: null },
        { delta: {}, finish_reason: 'stop' },
      ]);
    });

    it('is not asked where the caller does not', async () => {
      server.replyWith({ body: said('Hi', { finishReason: 'STOP' }) });
      const { text } = await ask({ logprobs: false, top_logprobs: null });
      expect(JSON.parse(text)).toMatchObject({ choices: [{ logprobs: null }] });
      expect(JSON.stringify(server.requests[0]?.body)).not.toContain('ogprobs');
    });
  });

  it('is not made without a credential', () => {
    expect(() => google.create({}, undefined, { fetchFile: () => Promise.reject(new Error('no')) })).toThrow(
      /needs a credential/,
    );
  });
});
