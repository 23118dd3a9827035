import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { context, partsOf, resultOf, type Piece } from './answer.fixture.js';
import { chatTranslation } from './chat-translation.js';

const source = { type: 'source', sourceType: 'url', id: 's', url: 'https://a.example/', title: 'A page' } as const;
const citations = [{ source, startIndex: 0, endIndex: 5 }];
const call = { type: 'tool-call', toolCallId: 'call_1', toolName: 'look', input: '{"where":"Zürich"}' } as const;

const PIECES: readonly Piece[] = [
  {
    content: { type: 'reasoning', text: 'Let me see', providerMetadata: { anthropic: { signature: 'sig' } } },
    parts: [
      { type: 'reasoning-start', id: 'r' },
      { type: 'reasoning-delta', id: 'r', delta: 'Let me see' },
      { type: 'reasoning-end', id: 'r', providerMetadata: { anthropic: { signature: 'sig' } } },
    ],
  },
  {
    content: { type: 'text', text: 'Grüße 👩‍🚀', citations },
    parts: [
      { type: 'text-start', id: 't' },
      { type: 'text-delta', id: 't', delta: 'Grüße' },
      { type: 'text-delta', id: 't', delta: ' 👩‍🚀' },
      { type: 'text-end', id: 't', citations },
    ],
  },
  {
    content: call,
    parts: [
      { type: 'tool-input-start', id: 'call_1', toolName: 'look' },
      { type: 'tool-input-delta', id: 'call_1', delta: '{"where":' },
      { type: 'tool-input-delta', id: 'call_1', delta: '"Zürich"}' },
      { type: 'tool-input-end', id: 'call_1' },
      call,
    ],
  },
  { content: { ...call, toolCallId: 'call_2' }, parts: [{ ...call, toolCallId: 'call_2' }] },
];

/** A stream as it may come from a socket: cut anywhere, also within letters. */
function answer(isStream: boolean): Buffer[] {
  if (!isStream) return [Buffer.from(chatTranslation.encodeAnswer(resultOf(PIECES), context))];
  const encoder = chatTranslation.streamEncoder(context);
  const bytes = Buffer.from(
    partsOf(PIECES)
      .map((part) => encoder.part(part))
      .join('') + encoder.end(),
  );
  return Array.from({ length: Math.ceil(bytes.length / 7) }, (_, index) => bytes.subarray(index * 7, index * 7 + 7));
}

describe("OpenAI's own client, in front of translated answers", () => {
  let server: Server;
  let client: OpenAI;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const body: Buffer[] = [];
      request.on('data', (bytes: Buffer) => body.push(bytes));
      request.on('end', () => {
        const { stream } = JSON.parse(Buffer.concat(body).toString()) as { stream?: boolean };
        response.setHeader('content-type', stream ? 'text/event-stream' : 'application/json');
        for (const bytes of answer(stream === true)) response.write(bytes);
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    client = new OpenAI({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'none', maxRetries: 0 });
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('reads the same from a plain answer and from a stream', async () => {
    const messages = [{ role: 'user' as const, content: 'Hi' }];
    const plain = await client.chat.completions.create({ model: 'm', messages });
    const streamed = await client.chat.completions
      .stream({ model: 'm', messages, stream_options: { include_usage: true } })
      .finalChatCompletion();
    for (const { id, model, choices, usage } of [plain, streamed]) {
      expect({ id, model }).toEqual({ id: 'chatcmpl-msg_1', model: 'model-1-snapshot' });
      expect(choices).toHaveLength(1);
      expect(choices[0]).toMatchObject({
        finish_reason: 'tool_calls',
        message: {
          role: 'assistant',
          content: 'Grüße 👩‍🚀',
          refusal: null,
          tool_calls: ['call_1', 'call_2'].map((callId) => ({
            id: callId,
            type: 'function',
            function: { name: 'look', arguments: '{"where":"Zürich"}' },
          })),
        },
      });
      expect(usage).toEqual({
        prompt_tokens: 40,
        completion_tokens: 9,
        total_tokens: 49,
        prompt_tokens_details: { cached_tokens: 20, cache_write_tokens: 10 },
        completion_tokens_details: { reasoning_tokens: 5 },
      });
    }
    expect(plain.choices[0]?.message).toMatchObject({
      reasoning_content: 'Let me see',
      reasoning_details: [{ type: 'reasoning.text', text: 'Let me see', signature: 'sig' }],
      annotations: [
        {
          type: 'url_citation',
          url_citation: { start_index: 0, end_index: 5, title: 'A page', url: 'https://a.example/' },
        },
      ],
    });
  });
});
