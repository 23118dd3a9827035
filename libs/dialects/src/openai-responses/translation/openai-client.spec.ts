import { describe, expect, it } from '@jest/globals';
import type { LanguageModelV4GenerateResult, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import OpenAI, { APIError } from 'openai';
import { encodeResponsesStreamError } from '../encode-error.js';
import { answerContext, usage } from './answers.fixture.js';
import { encodeResponsesAnswer } from './encode-answer.js';
import { ResponsesStreamEncoder } from './stream-encoder.js';

const stop = { unified: 'tool-calls', raw: 'tool_use' } as const;
const marks = { providerMetadata: { anthropic: { signature: 'c2ln' } } };
const result: LanguageModelV4GenerateResult = {
  content: [
    { type: 'reasoning', text: 'I think.', ...marks },
    { type: 'text', text: 'Grüße 🎈' },
    { type: 'source', sourceType: 'url', id: '1', url: 'https://one.example/', title: 'One' },
    { type: 'tool-call', toolCallId: 'call_1', toolName: 'look_up', input: '{"what":"x"}' },
    { type: 'tool-call', toolCallId: 'call_2', toolName: 'look_up', input: '{}' },
  ],
  finishReason: stop,
  usage,
  warnings: [],
};
const parts: LanguageModelV4StreamPart[] = [
  { type: 'stream-start', warnings: [] },
  { type: 'reasoning-start', id: 'r' },
  { type: 'reasoning-delta', id: 'r', delta: 'I ' },
  { type: 'reasoning-delta', id: 'r', delta: 'think.' },
  { type: 'reasoning-end', id: 'r', ...marks },
  { type: 'text-start', id: 't' },
  { type: 'text-delta', id: 't', delta: 'Grüße ' },
  { type: 'text-delta', id: 't', delta: '🎈' },
  { type: 'source', sourceType: 'url', id: '1', url: 'https://one.example/', title: 'One' },
  { type: 'tool-input-start', id: 'call_1', toolName: 'look_up' },
  { type: 'tool-input-start', id: 'call_2', toolName: 'look_up' },
  { type: 'tool-input-delta', id: 'call_1', delta: '{"what":' },
  { type: 'tool-input-delta', id: 'call_2', delta: '{}' },
  { type: 'tool-input-delta', id: 'call_1', delta: '"x"}' },
  { type: 'tool-call', toolCallId: 'call_1', toolName: 'look_up', input: '{"what":"x"}' },
  { type: 'tool-call', toolCallId: 'call_2', toolName: 'look_up', input: '{}' },
  { type: 'text-end', id: 't' },
  { type: 'finish', usage, finishReason: stop },
];

function clientOf(body: string, contentType: string): OpenAI {
  return new OpenAI({
    apiKey: 'sk-test',
    baseURL: 'http://switchyard.invalid/v1',
    maxRetries: 0,
    fetch: async () => new Response(body, { headers: { 'content-type': contentType } }),
  });
}

function streamed(): string {
  const encoder = new ResponsesStreamEncoder(answerContext);
  return parts.map((part) => encoder.part(part)).join('') + encoder.end();
}

describe("OpenAI's own client", () => {
  it('reads a plain answer', async () => {
    const client = clientOf(encodeResponsesAnswer(result, answerContext), 'application/json');
    const response = await client.responses.create({ model: 'smart', input: 'hello' });
    expect(response.output_text).toBe('Grüße 🎈');
    expect(response.output.map(({ type }) => type)).toEqual(['reasoning', 'message', 'function_call', 'function_call']);
    expect(response).toMatchObject({
      id: 'resp_0192f0a0b0c07000800000000000000f',
      object: 'response',
      status: 'completed',
      model: 'claude-x',
      instructions: 'be kind',
      temperature: 0.5,
      usage: {
        input_tokens: 30,
        input_tokens_details: { cached_tokens: 8, cache_write_tokens: 2 },
        output_tokens: 12,
        output_tokens_details: { reasoning_tokens: 5 },
        total_tokens: 42,
      },
    });
  });

  it('puts a streamed answer together to the same response', async () => {
    const runner = clientOf(streamed(), 'text/event-stream').responses.stream({ model: 'smart', input: 'hello' });
    const seen: string[] = [];
    runner.on('response.output_text.delta', ({ delta }) => void seen.push(delta));
    const final = await runner.finalResponse();
    expect(seen).toEqual(['Grüße ', '🎈']);
    expect(final.output_text).toBe('Grüße 🎈');
    const plain = JSON.parse(encodeResponsesAnswer(result, answerContext)) as object;
    expect(JSON.parse(JSON.stringify(final))).toMatchObject(plain);
  });

  it('sees the events of a stream in their order', async () => {
    const stream = await clientOf(streamed(), 'text/event-stream').responses.create({
      model: 'smart',
      input: 'hello',
      stream: true,
    });
    const types: string[] = [];
    for await (const { type } of stream) types.push(type.replace(/^response\./, ''));
    expect(types.slice(0, 14)).toEqual([
      'created',
      'in_progress',
      'output_item.added',
      'reasoning_summary_part.added',
      'reasoning_summary_text.delta',
      'reasoning_summary_text.delta',
      'reasoning_summary_text.done',
      'reasoning_summary_part.done',
      'output_item.done',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.delta',
      'output_text.annotation.added',
    ]);
    expect(types.slice(14, 19)).toEqual([
      'output_text.done',
      'content_part.done',
      'output_item.done',
      'output_item.added',
      'output_item.added',
    ]);
    expect(types.at(-1)).toBe('completed');
  });

  it('throws at an error within a stream', async () => {
    const body = streamed().split('event: response.completed')[0] ?? '';
    const error = encodeResponsesStreamError({ status: 502, code: 'provider_stream_cut', message: 'It broke off.' });
    const stream = await clientOf(body + error, 'text/event-stream').responses.create({
      model: 'smart',
      input: 'hello',
      stream: true,
    });
    await expect(
      (async () => {
        for await (const event of stream) expect(event.type).not.toBe('response.completed');
      })(),
    ).rejects.toThrow(APIError);
  });
});
