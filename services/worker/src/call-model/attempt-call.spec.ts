import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Facts, Target } from '#libs/contracts';
import { DialectStreamError } from '#libs/dialects';
import type { Provider, ProviderAnswer } from '../providers/provider.js';
import { ProviderFailure } from '../providers/provider-failure.js';
import { attemptCall, type AttemptProgress } from './attempt-call.js';
import { CallClock } from './call-clock.js';
import { noReply, type ReplyChannel } from './reply-channel.js';

const timeouts = { firstByteMilliseconds: 5_000, idleMilliseconds: 5_000, totalMilliseconds: 5_000 };
const price = { version: 'price_1', inputNanoUsdPerMillion: '0', outputNanoUsdPerMillion: '0' };
const target = { provider: 'main', model: 'm', price, timeouts } as Target;
const START =
  'data: {"type":"message_start","message":{"usage":{"input_tokens":900,"cache_read_input_tokens":50,"output_tokens":1}}}\n\n';
const DELTA = 'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}\n\n';

describe('attemptCall', () => {
  let clock: CallClock;
  let progress: AttemptProgress;
  let relayed: string;
  const gathering = { ...noReply, chunk: (bytes: Uint8Array) => void (relayed += Buffer.from(bytes).toString()) };

  beforeEach(() => {
    clock = new CallClock(timeouts, timeouts.totalMilliseconds);
    progress = { hasBegun: false };
    relayed = '';
  });
  afterEach(() => clock.stop());

  const attempt = (call: Provider['call'], dialect: string, reply: ReplyChannel = gathering) => {
    const facts = { requestId: 'req_1', dialect, stream: true, estimatedPromptTokens: 7 } as Facts;
    const provider: Provider = {
      call,
      classify: () => ({ errorClass: 'server_error', message: '' }),
      redact: (words) => words,
      close: async () => undefined,
    };
    const providerCall = { facts, target, body: Buffer.from('{}'), attempt: 0, signal: clock.signal };
    const head = { provider: 'main', model: 'm', priceVersion: 'price_1', attempts: 1 };
    return attemptCall(provider, providerCall, { clock, reply, head, progress });
  };
  const streamed = (body: AsyncIterable<Uint8Array>): ProviderAnswer => ({
    status: 200,
    header: () => 'text/event-stream',
    body,
  });

  it('keeps what the provider says it used for an answer that it broke off', async () => {
    const usage = { promptTokens: 9, completionTokens: 3 };
    const broken = async function* () {
      yield Buffer.from('data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n');
      throw new DialectStreamError('server_error', 'ended with an error', usage);
    };
    const ended = attempt(async () => streamed(broken()), 'openai-chat');

    await expect(ended).rejects.toMatchObject({ errorClass: 'server_error' });
    expect(progress).toMatchObject({ usage, usageBasis: 'provider' });
  });

  it('reckons a cut stream by the prompt that the provider counted', async () => {
    const cut = async function* () {
      yield Buffer.from(START + DELTA);
    };
    await expect(attempt(async () => streamed(cut()), 'anthropic-messages')).rejects.toMatchObject({
      errorClass: 'cut_stream',
    });
    expect(progress).toMatchObject({
      usage: { promptTokens: 950, cachedPromptTokens: 50, completionTokens: 1 },
      usageBasis: 'estimate',
    });
  });

  it('waits as long as a provider asks that names the time by a date', async () => {
    const header = (name: string) => (name === 'retry-after' ? new Date(Date.now() + 30_000).toUTCString() : undefined);
    const refused = { status: 429, header, body: (async function* () {})() };
    const failure = await attempt(async () => refused, 'openai-chat').catch((error: unknown) => error);
    expect((failure as ProviderFailure).retryAfterSeconds).toBeGreaterThan(28);
    expect((failure as ProviderFailure).retryAfterSeconds).toBeLessThan(32);
  });

  it('lets the provider write no more once the attempt has failed', async () => {
    const answer = { ...streamed((async function* () {})()), header: () => 'text/html' };
    await expect(attempt(async () => answer, 'openai-chat')).rejects.toMatchObject({ errorClass: 'bad_answer' });
    expect(clock.signal.aborted).toBe(true);
  });

  it('has begun once the caller has the head, even where what follows cannot be sent', async () => {
    const unsendable = {
      ...noReply,
      chunk: () => {
        throw new Error('no message can hold this');
      },
    };
    const body = (async function* () {
      yield Buffer.from(START + DELTA);
    })();
    await expect(attempt(async () => streamed(body), 'anthropic-messages', unsendable)).rejects.toThrow();
    expect(progress.hasBegun).toBe(true);
  });

  it('ends with the call, whatever the provider still waits for', async () => {
    const ended = attempt(() => new Promise(() => undefined), 'openai-chat');
    clock.abort(new ProviderFailure('cancelled', 'the caller left'));
    await expect(ended).rejects.toMatchObject({ errorClass: 'cancelled' });
  });

  it('gives up a stream that goes on and on before its first token', async () => {
    const wordless = async function* () {
      for (let count = 0; count < 200; count++) yield Buffer.from(`: ${'x'.repeat(64 * 1024)}\n\n`);
    };
    const ended = attempt(async () => streamed(wordless()), 'openai-chat');
    await expect(ended).rejects.toMatchObject({
      errorClass: 'bad_answer',
      message: expect.stringContaining('first token'),
    });
    expect(progress.hasBegun).toBe(false);
  });

  it('keeps what a refused answer used nevertheless', async () => {
    const usage = { promptTokens: 9, completionTokens: 0 };
    const refused = { ...streamed((async function* () {})()), status: 500, usage };
    const ended = attempt(async () => refused, 'openai-chat');
    await expect(ended).rejects.toMatchObject({ errorClass: 'server_error', usage });
    expect(progress).toMatchObject({ usage, usageBasis: 'provider' });
  });

  it('finds the failure that a package of a provider wrapped', async () => {
    const broken = async function* () {
      yield Buffer.from(': hello\n\n');
      throw new Error('wrapped', { cause: new ProviderFailure('bad_answer', 'an event without an end') });
    };
    const ended = attempt(async () => streamed(broken()), 'openai-chat');
    await expect(ended).rejects.toMatchObject({ errorClass: 'bad_answer' });
  });

  it('keeps from callers what a provider says for the operator only', async () => {
    const usage = '"usage":{"prompt_tokens":9,"completion_tokens":1}';
    const event = (costs: string) => `data: {"choices":[{"delta":{"content":"Hi"}}],${costs}${usage}}\n\n`;
    const body = (async function* () {
      yield Buffer.from(event('"ours":1,'));
      yield Buffer.from('data: [DONE]\n\n');
    })();
    const forCallers = (bytes: Uint8Array) => Buffer.from(Buffer.from(bytes).toString().replace('"ours":1,', ''));
    const result = await attempt(async () => ({ ...streamed(body), forCallers }), 'openai-chat');

    expect(relayed).toBe(`${event('')}data: [DONE]\n\n`);
    expect(result.usage).toMatchObject({ promptTokens: 9, completionTokens: 1 });
  });

  it('takes a failure without a word for a cut', async () => {
    const silent = attempt(() => Promise.reject(undefined), 'openai-chat');
    await expect(silent).rejects.toMatchObject({ errorClass: 'cut_stream' });
  });
});
