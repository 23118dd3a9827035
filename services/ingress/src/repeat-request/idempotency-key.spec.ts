import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { useLastingId } from './idempotency-key.js';

afterEach(() => void jest.restoreAllMocks());

const caller = { organization: 'demo', project: 'default', key: 'ci', admin: false };

/** The id of a request that is kept. */
function idOf({ key = 'one', whose = caller, body = '{}', url = '/v1/chat/completions' } = {}): string {
  const request = { headers: { 'idempotency-key': key }, id: 'req_at_random', url, caller: whose };
  useLastingId(request, { header: () => undefined } as never, Buffer.from(body));
  return request.id;
}

describe('useLastingId', () => {
  it('gives equal requests of one key one id, and all others ids of their own', () => {
    expect(idOf()).toBe(idOf());
    const others = [
      idOf({ key: 'two' }),
      idOf({ body: '{"a":1}' }),
      idOf({ url: '/v1/completions' }),
      idOf({ whose: { ...caller, key: 'other' } }),
      idOf({ whose: { ...caller, project: 'other' } }),
      idOf({ whose: { ...caller, organization: 'other' } }),
    ];
    expect(new Set([idOf(), ...others]).size).toBe(others.length + 1);
  });

  it('gives another id a day later, when the key is free again', () => {
    const [today, now] = [idOf(), Date.now()];
    jest.spyOn(Date, 'now').mockReturnValue(now + 24 * 60 * 60_000);
    expect(idOf()).not.toBe(today);
  });
});
