import { describe, expect, it, jest } from '@jest/globals';
import type { Usage } from '#libs/contracts';
import { classOfStatus } from '#libs/dialects';
import { ContractCall } from '../provider-contract/contract-call.fixture.js';
import { GEMINI_ANSWERS, googleError } from '../provider-contract/gemini-wire.fixture.js';
import { ProviderServer } from '../provider-contract/provider-server.fixture.js';
import { google } from '../providers/google/index.js';
import type {
  Provider,
  ProviderAnswer,
  ProviderCall,
  ProviderKind,
  ProviderSurroundings,
} from '../providers/provider.js';
import { ProviderFailure } from '../providers/provider-failure.js';
import { createProvider } from './create-provider.js';
import { CredentialPool } from './credential-pool.js';
import { REFUSED_REST_MILLISECONDS } from './rest-after.policy.js';
import { RotatingProvider, type RotationListener } from './rotating-provider.js';

type Reply = number | { status: number; retryAfter?: string; body?: string; usage?: Usage } | ProviderFailure;

const call = { signal: new AbortController().signal, target: { model: 'm' } } as ProviderCall;

function answering(name: string, replies: Reply[], calls: string[]): Provider {
  return {
    call: async () => {
      calls.push(name);
      const reply = replies.length > 1 ? replies.shift() : replies[0];
      if (reply instanceof ProviderFailure) throw reply;
      return answerWith(typeof reply === 'object' ? reply : { status: reply ?? 200 });
    },
    classify: (status, body) => ({
      errorClass: body.includes('bad key') ? 'authentication' : classOfStatus(status),
      message: `${name} ${status}`,
    }),
    redact: (words) => words.replaceAll(`secret-${name}`, '[redacted]'),
    close: async () => void calls.push(`close ${name}`),
  };
}

function answerWith({
  status,
  retryAfter,
  body = `${status}`,
  usage,
}: Exclude<Reply, number | ProviderFailure>): ProviderAnswer {
  return {
    ...(usage ? { usage } : {}),
    status,
    header: (name) => (name === 'retry-after' ? retryAfter : undefined),
    body: (async function* () {
      yield Buffer.from(body);
    })(),
  };
}

function rotating(...replies: Reply[][]): {
  provider: RotatingProvider;
  calls: string[];
  clock: { milliseconds: number };
  onRotation: jest.Mock<RotationListener>;
} {
  const calls: string[] = [];
  const clock = { milliseconds: 0 };
  const onRotation = jest.fn<RotationListener>();
  const providers = replies.map((own, index) => answering('abc'.charAt(index), own, calls));
  const pool = new CredentialPool(replies.length, () => clock.milliseconds);
  return { provider: new RotatingProvider(providers as [Provider], pool, onRotation), calls, clock, onRotation };
}

describe('RotatingProvider', () => {
  it('uses its credentials in turn', async () => {
    const { provider, calls } = rotating([200], [200]);
    await Promise.all([provider.call(call), provider.call(call), provider.call(call)]);

    expect(calls).toEqual(['a', 'b', 'a']);
  });

  it.each([401, 403, 429])('makes a call again with the next credential after %i, and tells so', async (status) => {
    const { provider, calls, onRotation } = rotating([status], [200]);

    expect((await provider.call(call)).status).toBe(200);
    expect(calls).toEqual(['a', 'b']);
    expect(onRotation).toHaveBeenCalledWith({ refused: 0, status, next: 1 });
  });

  it('makes a call again when the credential fails before any answer', async () => {
    const { provider, calls } = rotating([new ProviderFailure('authentication', 'no token', { status: 401 })], [200]);

    expect((await provider.call(call)).status).toBe(200);
    expect(calls).toEqual(['a', 'b']);
  });

  it('goes by the words of a refusal where its status does not tell', async () => {
    const { provider, calls } = rotating([{ status: 400, body: 'bad key' }], [200]);
    for (let count = 0; count < 2; count++) expect((await provider.call(call)).status).toBe(200);

    expect(calls).toEqual(['a', 'b', 'b']);
  });

  it('gives back the words of a refusal with it', async () => {
    const { provider } = rotating([{ status: 400, body: 'no such field' }], [200]);
    const words: string[] = [];
    for await (const part of (await provider.call(call)).body) words.push(Buffer.from(part).toString());

    expect(words.join('')).toBe('no such field');
  });

  it('uses a credential that may not use one model for all others', async () => {
    const { provider, calls } = rotating([403, 200], [200]);
    const other = { ...call, target: { ...call.target, model: 'other' } };
    await provider.call(call);
    await provider.call(call);
    await provider.call(other);

    expect(calls).toEqual(['a', 'b', 'b', 'a']);
  });

  it('does not make a call again of which a part is charged already', async () => {
    const usage = { promptTokens: 9, completionTokens: 0 };
    const { provider, calls } = rotating([{ status: 429, usage }], [200]);

    expect(await provider.call(call)).toMatchObject({ status: 429, usage });
    expect(calls).toEqual(['a']);
  });

  it.each([400, 404, 500])('gives back %i at once, which no other credential would cure', async (status) => {
    const { provider, calls } = rotating([status], [200]);

    expect((await provider.call(call)).status).toBe(status);
    expect(calls).toEqual(['a']);
  });

  it('tries each credential once and gives back the last refusal', async () => {
    const { provider, calls } = rotating([401], [{ status: 429, retryAfter: '1' }], [403]);

    expect((await provider.call(call)).status).toBe(403);
    expect(calls).toEqual(['a', 'b', 'c']);
  });

  it('lets a refused credential rest for ten minutes', async () => {
    const { provider, calls, clock } = rotating([401, 200], [200]);
    for (let count = 0; count < 3; count++) await provider.call(call);
    expect(calls).toEqual(['a', 'b', 'b', 'b']);

    clock.milliseconds = REFUSED_REST_MILLISECONDS;
    await provider.call(call);
    expect(calls.at(-1)).toBe('a');
  });

  it('lets one at its rate limit rest for as long as the provider says', async () => {
    const { provider, calls, clock } = rotating([{ status: 429, retryAfter: '2' }, 200], [200]);
    await provider.call(call);
    clock.milliseconds = 1_999;
    await provider.call(call);
    expect(calls).toEqual(['a', 'b', 'b']);

    clock.milliseconds = 2_000;
    await provider.call(call);
    expect(calls.at(-1)).toBe('a');
  });

  it('uses the credential that has rested longest when all rest, and trusts it again once it works', async () => {
    const { provider, calls, clock } = rotating([401, 200], [401]);
    await provider.call(call);
    clock.milliseconds = 1;
    await provider.call(call);
    await provider.call(call);

    expect(calls).toEqual(['a', 'b', 'a', 'a']);
  });

  it('does not begin again for a caller who has left', async () => {
    const { provider, calls } = rotating([401], [200]);
    const left = AbortSignal.abort(new ProviderFailure('cancelled', 'gone'));

    expect((await provider.call({ ...call, signal: left })).status).toBe(401);
    expect(calls).toEqual(['a']);
  });

  it('takes every credential out of words, and closes every provider', async () => {
    const { provider, calls } = rotating([200], [200]);

    expect(provider.redact('secret-b or secret-a')).toBe('[redacted] or [redacted]');
    await provider.close();
    expect(calls).toEqual(['close a', 'close b']);
  });
});

describe('several keys of Google', () => {
  it('rotate when one is refused as not valid, which Google says with status 400', async () => {
    const server = await ProviderServer.start();
    server.replyWith(({ headers }) =>
      headers['x-goog-api-key'] === 'good'
        ? GEMINI_ANSWERS.text.plain
        : googleError(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.'),
    );
    const provider = createProvider(google, {
      options: { baseUrl: server.origin },
      credentials: ['bad', 'good'],
      surroundings: { fetchFile: () => Promise.reject(new Error('nothing is to be fetched')) },
      onRotation: () => undefined,
    });
    const body = { model: 'gemini-2.5-flash', messages: [{ role: 'user', content: 'Hi' }] };
    for (let count = 0; count < 2; count++) await new ContractCall(provider, { dialect: 'openai-chat', body }).run();

    expect(server.requests.map(({ headers }) => headers['x-goog-api-key'])).toEqual(['bad', 'good', 'good']);
    await provider.close();
    await server.stop();
  });
});

describe('createProvider', () => {
  const create = jest.fn<ProviderKind['create']>((_options, credential) => answering(`${credential}`, [200], []));
  const surroundings = { fetchFile: jest.fn<ProviderSurroundings['fetchFile']>() };
  const material = { options: {}, surroundings, onRotation: () => undefined };

  it.each([[[]], [['one']]])('makes one plain provider of the credentials %j', (credentials) => {
    create.mockClear();

    expect(createProvider({ kind: 'any', create }, { ...material, credentials })).not.toBeInstanceOf(RotatingProvider);
    expect(create.mock.calls.map(([, credential]) => credential)).toEqual([credentials[0]]);
  });

  it('makes a provider for each of several', () => {
    create.mockClear();
    const provider = createProvider({ kind: 'any', create }, { ...material, credentials: ['one', 'two'] });

    expect(provider).toBeInstanceOf(RotatingProvider);
    expect(create.mock.calls.map(([, credential]) => credential)).toEqual(['one', 'two']);
  });
});
