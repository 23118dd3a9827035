import { describe, expect, it } from '@jest/globals';
import { DialectStreamError } from '../caller-dialect.js';
import { encodeResponsesStreamError } from './encode-error.js';
import { ResponsesStreamReader } from './stream-reader.js';

const event = (data: Record<string, unknown>): string =>
  `event: ${String(data.type)}\ndata: ${JSON.stringify(data)}\n\n`;
const delta = event({ type: 'response.output_text.delta', sequence_number: 4, delta: 'Hi' });
const completed = event({
  type: 'response.completed',
  sequence_number: 9,
  response: {
    id: 'resp_1',
    status: 'completed',
    usage: { input_tokens: 9, output_tokens: 3, input_tokens_details: { cached_tokens: 4 } },
  },
});

function failureOf(text: string): DialectStreamError {
  try {
    new ResponsesStreamReader().push(Buffer.from(text));
  } catch (error) {
    if (error instanceof DialectStreamError) return error;
  }
  throw new Error('nothing was thrown');
}

describe('ResponsesStreamReader', () => {
  it('counts the searches of the web among the items of the answer', () => {
    const search = (fields: object) => ({ type: 'web_search_call', status: 'completed', ...fields });
    const output = [
      search({ action: { type: 'search', query: 'a' } }),
      search({}),
      search({ action: { type: 'open_page' } }),
      search({ status: 'failed', action: { type: 'search' } }),
      { type: 'message', content: [] },
    ];
    const usage = { input_tokens: 9, output_tokens: 3 };
    const reader = new ResponsesStreamReader();
    reader.push(Buffer.from(event({ type: 'response.completed', response: { id: 'resp_1', output, usage } })));
    expect(reader.facts.usage).toEqual({ promptTokens: 9, completionTokens: 3, webSearches: 2 });
  });

  it('learns id, usage and finish from the last event, and counts tokens on the way', () => {
    const reader = new ResponsesStreamReader();
    const created = event({ type: 'response.created', response: { id: 'resp_1', status: 'in_progress' } });
    expect(reader.push(Buffer.from(created)).toString()).toBe(created);
    expect(reader.facts).toEqual({ tokenEvents: 0, isDone: false, upstreamId: 'resp_1' });
    reader.push(Buffer.from(delta + delta));
    reader.push(Buffer.from(completed));
    reader.end();
    expect(reader.facts).toEqual({
      tokenEvents: 2,
      isDone: true,
      upstreamId: 'resp_1',
      finishReason: 'completed',
      usage: { promptTokens: 9, completionTokens: 3, cachedPromptTokens: 4 },
    });
  });

  it('takes an incomplete response for a whole answer, and tells why it is incomplete', () => {
    const reader = new ResponsesStreamReader();
    const response = { id: 'r', status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
    reader.push(Buffer.from(event({ type: 'response.incomplete', response })));
    expect(reader.facts).toMatchObject({ isDone: true, finishReason: 'max_output_tokens' });
  });

  it('throws for a failed response and for an error event, with the class of the error', () => {
    const failed = event({
      type: 'response.failed',
      response: { error: { code: 'rate_limit_exceeded', message: 'slow down' } },
    });
    expect(failureOf(failed)).toMatchObject({ errorClass: 'rate_limit', message: 'slow down' });
    const error = encodeResponsesStreamError({ status: 502, code: 'x', message: 'It broke off.' });
    expect(failureOf(delta + error)).toMatchObject({ errorClass: 'server_error', message: 'It broke off.' });
  });

  it('is not misled by a text that speaks of events', () => {
    const reader = new ResponsesStreamReader();
    const text = '{"type":"response.completed"}\n\nevent: error';
    reader.push(Buffer.from(event({ type: 'response.output_text.delta', delta: text })));
    expect(reader.facts).toMatchObject({ tokenEvents: 1, isDone: false });
  });

  it('throws for rubbish and for an end without end mark', () => {
    expect(failureOf('data: <html>\n\n').errorClass).toBe('bad_answer');
    const reader = new ResponsesStreamReader();
    reader.push(Buffer.from(delta));
    expect(() => reader.end()).toThrow(DialectStreamError);
  });
});
