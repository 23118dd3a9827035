import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Agent, request, type Dispatcher } from 'undici';
import { eventually } from '#libs/testing';
import { startSimProvider, type SimProvider } from './start-sim-provider.js';

const OUTPUT_TOKENS = 10;
const MESSAGES = [{ role: 'user', content: 'Which signal is green?' }];

let provider: SimProvider;
let agent: Agent;

beforeAll(async () => {
  agent = new Agent();
  provider = await startSimProvider({ outputTokens: OUTPUT_TOKENS, tokensPerSecond: 2000 });
});

afterAll(async () => {
  await agent.destroy();
  await provider.close();
});

function call(model: string, stream: boolean): Promise<Dispatcher.ResponseData> {
  const body = { model, messages: MESSAGES, stream, ...(stream && { stream_options: { include_usage: true } }) };
  return request(`${provider.baseUrl}/chat/completions`, {
    method: 'POST',
    dispatcher: agent,
    body: JSON.stringify(body),
  });
}

async function textOf(model: string, stream: boolean): Promise<string> {
  const answer = await call(model, stream);
  expect(answer.statusCode).toBe(200);
  return answer.body.text();
}

const dataOf = (text: string): string[] =>
  text
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => event.replace('data: ', ''));

/** Reads until the body ends or breaks; says which. */
async function readToTheEnd(answer: Dispatcher.ResponseData): Promise<{ text: string; isBroken: boolean }> {
  let text = '';
  try {
    for await (const piece of answer.body) text += String(piece);
    return { text, isBroken: false };
  } catch {
    return { text, isBroken: true };
  }
}

const lastCall = () => provider.calls().at(-1);

describe.each([false, true])('fault models over HTTP (stream: %s)', (stream) => {
  it.each([
    ['sim-error-500', 500, null],
    ['sim-error-503', 503, 'service_unavailable'],
    ['sim-error-401', 401, 'invalid_api_key'],
    ['sim-rate-limited', 429, 'rate_limit_exceeded'],
    ['sim-context-too-long', 400, 'context_length_exceeded'],
    ['sim-flaky-100', 503, 'service_unavailable'],
    ['no-such-model', 404, 'model_not_found'],
  ])('%s answers status %d with code %s', async (model, status, code) => {
    const answer = await call(model, stream);
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(await answer.body.json()).toEqual({ error: expect.objectContaining({ code, message: expect.any(String) }) });
    expect(answer.headers['retry-after']).toBe(status === 429 ? '2' : undefined);
    expect(lastCall()).toMatchObject({ status, outcome: 'refused', promptTokens: 0, completionTokens: 0, stream });
  });

  it('sim-redirect points elsewhere', async () => {
    const answer = await call('sim-redirect', stream);
    await answer.body.dump();
    expect([answer.statusCode, answer.headers.location]).toEqual([
      307,
      'http://sim-redirect.invalid/v1/chat/completions',
    ]);
  });

  it('sim-garbage answers HTML with status 200', async () => {
    const answer = await call('sim-garbage', stream);
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await answer.body.text()).toMatch(/^<!doctype html>/);
  });

  it('sim-gzip-bomb inflates a thousandfold', async () => {
    const answer = await call('sim-gzip-bomb', stream);
    expect(answer.headers['content-encoding']).toBe('gzip');
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    expect(bytes.length).toBeLessThan(300_000);
    expect(() => gunzipSync(bytes, { maxOutputLength: 200 * 1024 * 1024 })).toThrow(/larger than/);
  });

  it('sim-wrong-content-type labels a proper answer as text', async () => {
    const answer = await call('sim-wrong-content-type', stream);
    expect(answer.headers['content-type']).toBe('text/plain');
    expect(await answer.body.text()).toContain('"finish_reason":"stop"');
  });

  it('sim-cut-2 breaks the connection and is billed for what was sent', async () => {
    const { text, isBroken } = await readToTheEnd(await call('sim-cut-2', stream));
    expect(isBroken).toBe(true);
    expect(text).not.toContain('"finish_reason":"stop"');
    expect(text).not.toContain('[DONE]');
    expect(lastCall()).toMatchObject({ outcome: 'cut', status: 200, completionTokens: stream ? 2 : OUTPUT_TOKENS });
    if (stream) expect(dataOf(text)).toHaveLength(3);
  });

  it('sim-cut-0 sends the head and nothing of the content', async () => {
    const { text, isBroken } = await readToTheEnd(await call('sim-cut-0', stream));
    expect([isBroken, stream ? dataOf(text).length : 1]).toEqual([true, 1]);
  });

  it('sim-stall sends a part and then nothing, until the client leaves', async () => {
    const answer = await call('sim-stall', stream);
    let text = '';
    for await (const piece of answer.body) {
      text += String(piece);
      if (!stream || dataOf(text).length === 4) break;
    }
    expect(text).not.toContain('finish_reason":"stop"');
    await eventually(() =>
      expect(lastCall()).toMatchObject({ outcome: 'aborted-by-client', model: 'sim-stall', stream }),
    );
    expect(lastCall()?.completionTokens).toBe(stream ? 3 : OUTPUT_TOKENS);
  });

  it('sim-slow-first-token-80 is late', async () => {
    const started = performance.now();
    const text = await textOf('sim-slow-first-token-80', stream);
    expect(performance.now() - started).toBeGreaterThanOrEqual(75);
    expect(text).toContain('"finish_reason":"stop"');
  });

  it('sim-truncated stops within the JSON and ends cleanly', async () => {
    const { text, isBroken } = await readToTheEnd(await call('sim-truncated', stream));
    expect(isBroken).toBe(false);
    expect(() => JSON.parse(stream ? dataOf(text).at(-1)! : text)).toThrow(SyntaxError);
  });

  it('sim-malformed-chunk has JSON that is none', async () => {
    const text = await textOf('sim-malformed-chunk', stream);
    const broken = (stream ? dataOf(text) : [text]).filter((data) => data !== '[DONE]').filter((data) => !isJson(data));
    expect(broken).toHaveLength(1);
    if (stream) expect(dataOf(text).at(-1)).toBe('[DONE]');
  });

  it('sim-content-filter answers half', async () => {
    expect(await textOf('sim-content-filter', stream)).toContain('"finish_reason":"content_filter"');
    expect(lastCall()?.completionTokens).toBe(OUTPUT_TOKENS / 2);
  });

  it.each([
    ['sim-no-usage', undefined],
    ['sim-zero-usage', { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }],
    ['sim-bad-usage', { prompt_tokens: -6, completion_tokens: '10', total_tokens: null }],
  ])('%s lies to the caller and not to the log', async (model, usage) => {
    const text = await textOf(model, stream);
    const claimed = (stream ? dataOf(text).slice(0, -1) : [text])
      .map((data) => usageIn(data))
      .filter((value) => value !== null);
    expect(claimed.at(-1)).toEqual(usage);
    expect(lastCall()).toMatchObject({ outcome: 'answered', promptTokens: 5, completionTokens: OUTPUT_TOKENS });
  });

  it.each([
    ['sim-small', 1],
    ['sim-no-done', 0],
    ['sim-double-done', 2],
  ])('%s ends a stream with %d end marks', async (model, count) => {
    const text = await textOf(model, stream);
    expect(text.split('[DONE]').length - 1).toBe(stream ? count : 0);
    expect(text).toContain('"finish_reason":"stop"');
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function usageIn(data: string): unknown {
  const parsed: { usage?: unknown } = JSON.parse(data);
  return parsed.usage;
}
