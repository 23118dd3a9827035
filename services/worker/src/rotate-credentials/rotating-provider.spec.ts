import { describe, expect, it, jest } from '@jest/globals';
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

type Reply = number | { status: number; retryAfter: string } | ProviderFailure;

const call = { signal: new AbortController().signal } as ProviderCall;

function answering(name: string, replies: Reply[], calls: string[]): Provider {
  return {
    call: async () => {
      calls.push(name);
      const reply = replies.length > 1 ? replies.shift() : replies[0];
      if (reply instanceof ProviderFailure) throw reply;
      return answerWith(typeof reply === 'object' ? reply : { status: reply ?? 200 });
    },
    classify: (status) => ({ errorClass: 'server_error', message: `${name} ${status}` }),
    redact: (words) => words.replaceAll(`secret-${name}`, '[redacted]'),
    close: async () => void calls.push(`close ${name}`),
  };
}

function answerWith({ status, retryAfter }: { status: number; retryAfter?: string }): ProviderAnswer {
  return {
    status,
    header: (name) => (name === 'retry-after' ? retryAfter : undefined),
    body: (async function* () {
      yield Buffer.from(`${status}`);
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
