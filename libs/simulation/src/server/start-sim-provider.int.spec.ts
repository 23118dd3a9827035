import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import OpenAI, { AuthenticationError, RateLimitError } from 'openai';
import { Agent, request } from 'undici';
import type { CallRecord } from './call-record.js';
import { startSimProvider, type SimProvider } from './start-sim-provider.js';
import { eventually } from '#libs/testing';

const KEY = 'sim-test-key';
const folder = mkdtempSync(join(tmpdir(), 'sim-provider-'));
const logFile = join(folder, 'calls.jsonl');
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const PROMPT = 'Which signal is green?';
const MESSAGES = [{ role: 'user' as const, content: PROMPT }];

let provider: SimProvider;
let agent: Agent;

beforeEach(async () => {
  agent = new Agent();
  provider = await startSimProvider({ key: KEY, logFile, outputTokens: 40, tokensPerSecond: 4000 });
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

afterEach(async () => {
  await agent.destroy();
  await provider.close();
});

const client = (): OpenAI => new OpenAI({ apiKey: KEY, baseURL: provider.baseUrl, maxRetries: 0 });

function post(body: unknown, headers: Record<string, string> = {}) {
  return request(`${provider.baseUrl}/chat/completions`, {
    method: 'POST',
    dispatcher: agent,
    headers: { authorization: `Bearer ${KEY}`, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

describe('the HTTP sim provider', () => {
  it('answers the official client, plain and as a stream, with the same content and usage', async () => {
    const { data: plain, request_id: requestId } = await client()
      .chat.completions.create({ model: 'sim-small', messages: MESSAGES })
      .withResponse();
    const stream = await client().chat.completions.create({
      model: 'sim-small',
      messages: MESSAGES,
      stream: true,
      stream_options: { include_usage: true },
    });
    let content = '';
    let usage: OpenAI.CompletionUsage | null | undefined;
    for await (const chunk of stream) {
      content += chunk.choices[0]?.delta.content ?? '';
      usage = chunk.usage;
    }
    expect(content).toBe(plain.choices[0]?.message.content);
    expect(usage).toEqual(plain.usage);
    expect(plain.usage).toEqual({ prompt_tokens: 5, completion_tokens: 40, total_tokens: 45 });
    expect(requestId).toBe(plain.id);
    expect(provider.calls().map(({ outcome, completionTokens }) => [outcome, completionTokens])).toEqual([
      ['answered', 40],
      ['answered', 40],
    ]);
  });

  it('demands its key and gives the official client the error it knows', async () => {
    const stranger = new OpenAI({ apiKey: 'wrong', baseURL: provider.baseUrl, maxRetries: 0 });
    await expect(stranger.chat.completions.create({ model: 'sim-small', messages: MESSAGES })).rejects.toBeInstanceOf(
      AuthenticationError,
    );
    await expect(client().chat.completions.create({ model: 'sim-rate-limited', messages: MESSAGES })).rejects.toThrow(
      RateLimitError,
    );
    expect(provider.calls().map(({ status, outcome }) => [status, outcome])).toEqual([
      [401, 'refused'],
      [429, 'refused'],
    ]);
  });

  it('answers a repeated call alike, writes it down each time, and still asks for the key', async () => {
    const fast = await startSimProvider({ key: KEY, nowMilliseconds: () => 1_800_000_000_000 });
    const answers: [number, string][] = [];
    for (const key of [KEY, KEY, 'wrong', KEY]) {
      const answer = await request(`${fast.baseUrl}/chat/completions`, {
        method: 'POST',
        dispatcher: agent,
        headers: { authorization: `Bearer ${key}` },
        body: JSON.stringify({ model: 'sim-small', messages: MESSAGES }),
      });
      answers.push([answer.statusCode, await answer.body.text()]);
    }
    expect(answers.map(([status]) => status)).toEqual([200, 200, 401, 200]);
    expect(new Set(answers.map(([, body]) => body)).size).toBe(2);
    const [first, second, third, fourth] = fast.calls();
    expect([second, fourth]).toEqual([
      { ...first, sequence: 2 },
      { ...first, sequence: 4 },
    ]);
    expect(third).toMatchObject({ status: 401, authorizationSha256: sha256('wrong') });
    await fast.close();
  });

  it('lists its models and tells that it is alive', async () => {
    const names: string[] = [];
    for await (const model of client().models.list()) names.push(model.id);
    expect(names).toContain('sim-small');
    const health = await request(`${provider.url}/healthz`, { dispatcher: agent });
    expect(await health.body.json()).toEqual({ status: 'ok' });
    const missing = await request(`${provider.url}/v1/answers`, { dispatcher: agent, method: 'POST', body: '{}' });
    expect([missing.statusCode, (await missing.body.text()).includes('/v1/answers')]).toEqual([404, true]);
  });

  it('refuses bodies it cannot read', async () => {
    for (const body of ['{"model":', '[]', '{"messages":[]}', '{"model":"sim-small","messages":[]}']) {
      const answer = await post(body);
      expect([answer.statusCode, await answer.body.json()]).toEqual([
        400,
        { error: expect.objectContaining({ type: 'invalid_request_error' }) },
      ]);
    }
    expect(provider.counters()).toMatchObject({ calls: 4, refused: 4, inFlight: 0 });
  });

  it('writes every call to the log exactly once, without prompt or key', async () => {
    const fresh = join(folder, 'fresh.jsonl');
    const logged = await startSimProvider({ logFile: fresh, outputTokens: 7 });
    const { baseUrl } = logged;
    const calls = Array.from({ length: 200 }, async (_, index) => {
      const body = {
        model: 'sim-small',
        stream: index % 2 === 0,
        messages: [{ role: 'user', content: `${PROMPT}${index}` }],
      };
      const headers = { 'x-request-id': `request-${index}`, authorization: `Bearer ${KEY}` };
      const answer = await request(`${baseUrl}/chat/completions`, {
        method: 'POST',
        dispatcher: agent,
        headers,
        body: JSON.stringify(body),
      });
      await answer.body.dump();
    });
    await Promise.all(calls);
    await logged.close();
    const text = readFileSync(fresh, 'utf8');
    const records: CallRecord[] = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(records).toEqual(logged.calls());
    expect(new Set(records.map((record) => record.requestId)).size).toBe(200);
    expect(records.map((record) => record.sequence).toSorted((a, b) => a - b)).toEqual(
      calls.map((_, index) => index + 1),
    );
    expect(records.every((record) => record.completionTokens === 7 && record.outcome === 'answered')).toBe(true);
    expect(records.find((record) => record.requestId === 'request-3')).toMatchObject({
      model: 'sim-small',
      stream: false,
      status: 200,
      promptTokens: 6,
      promptSha256: sha256(`${PROMPT}3`),
      authorizationSha256: sha256(KEY),
    });
    expect(text).not.toContain('signal');
    expect(text).not.toContain(KEY);
  });

  it('flushes the log while it runs', async () => {
    await (await post({ model: 'sim-small', messages: MESSAGES }, { 'x-request-id': 'flushed' })).body.dump();
    await eventually(() => expect(readFileSync(logFile, 'utf8')).toContain('"requestId":"flushed"'));
  });

  it.each(['sim-hang', 'sim-stall', 'sim-slow-first-token'])('notices when the client leaves %s', async (model) => {
    const leaving = new AbortController();
    const call = request(`${provider.baseUrl}/chat/completions`, {
      method: 'POST',
      dispatcher: agent,
      headers: { authorization: `Bearer ${KEY}` },
      body: JSON.stringify({ model, messages: MESSAGES, stream: true }),
      signal: leaving.signal,
    }).then((answer) => answer.body.text());
    const failed = expect(call).rejects.toThrow();
    await eventually(() => expect(provider.counters().inFlight).toBe(1));
    leaving.abort();
    await failed;
    await eventually(() => expect(provider.calls()).toMatchObject([{ outcome: 'aborted-by-client', model }]));
    expect(provider.counters()).toMatchObject({ inFlight: 0, abortedByClient: 1 });
  });

  it('bills a stream that the client left for the tokens it had sent', async () => {
    const slow = await startSimProvider({ outputTokens: 1000, tokensPerSecond: 100 });
    const answer = await request(`${slow.baseUrl}/chat/completions`, {
      method: 'POST',
      dispatcher: agent,
      body: JSON.stringify({ model: 'sim-small', messages: MESSAGES, stream: true }),
    });
    let events = 0;
    for await (const piece of answer.body) {
      events += String(piece).split('data: ').length - 1;
      if (events >= 4) break;
    }
    await eventually(() => expect(slow.calls()).toHaveLength(1));
    const [record] = slow.calls();
    expect(record).toMatchObject({ outcome: 'aborted-by-client', status: 200, promptTokens: 5 });
    expect(record!.completionTokens).toBeGreaterThanOrEqual(3);
    expect(record!.completionTokens).toBeLessThan(1000);
    await slow.close();
  });

  it('cuts and writes down what is open when it stops', async () => {
    const stopping = await startSimProvider();
    const call = request(`${stopping.baseUrl}/chat/completions`, {
      method: 'POST',
      dispatcher: agent,
      body: JSON.stringify({ model: 'sim-hang', messages: MESSAGES }),
    });
    const failed = expect(call).rejects.toThrow();
    await eventually(() => expect(stopping.counters().inFlight).toBe(1));
    await stopping.close();
    await failed;
    expect(stopping.calls()).toMatchObject([{ outcome: 'cut', status: 0 }]);
  });

  it('says which address is taken', async () => {
    await expect(startSimProvider({ port: provider.port })).rejects.toThrow(
      new RegExp(`cannot listen on 127\\.0\\.0\\.1:${provider.port}`),
    );
  });

  it('lets a retry succeed under a failure rate', async () => {
    const failing = await startSimProvider({ failureRate: 0.5 });
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const answer = await request(`${failing.baseUrl}/chat/completions`, {
        method: 'POST',
        dispatcher: agent,
        body: JSON.stringify({ model: 'sim-small', messages: MESSAGES }),
      });
      await answer.body.dump();
      statuses.push(answer.statusCode);
    }
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    await failing.close();
  });
});
