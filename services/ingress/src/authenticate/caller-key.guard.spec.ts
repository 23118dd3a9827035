import { describe, expect, it } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';
import type { Snapshot } from '#libs/contracts';
import type { SnapshotWatch } from '#libs/messaging';
import { Readiness, type Settings } from '#libs/runtime';
import { KeyHasher } from '#libs/secrets';
import { CallerKeyGuard, type AuthenticatedRequest } from './caller-key.guard.js';
import { KeyRing } from './key-ring.js';

const secretKey = Buffer.alloc(32, 7);
const entry = { name: 'ci', organization: 'demo', project: 'default', admin: false };
const KEY = 'sk-demo-0123456789';

/** A guard, and how to bring it a configuration with some keys and to knock at it with some headers. */
interface Guarded {
  readonly bring: (keys: readonly string[]) => void;
  readonly enter: (headers: Record<string, string>) => AuthenticatedRequest;
}

function guarded(): Guarded {
  const listeners: ((snapshot: Snapshot) => void)[] = [];
  const watch: { current?: Snapshot; onChange(listener: (snapshot: Snapshot) => void): void } = {
    onChange: (listener) => void listeners.push(listener),
  };
  const ring = new KeyRing(watch as SnapshotWatch, { secretKey } as Settings, new Readiness());
  const guard = new CallerKeyGuard(ring);
  return {
    bring: (keys) => {
      const hasher = new KeyHasher(secretKey);
      const hashed = keys.map((key) => ({ ...entry, hash: hasher.hash(key) }));
      watch.current = { version: 1, revision: 1, createdAt: 0, providers: [], models: [], keys: hashed };
      for (const listener of listeners) listener(watch.current);
    },
    enter: (headers) => {
      const request = { headers } as unknown as AuthenticatedRequest;
      const context = { switchToHttp: () => ({ getRequest: () => request }) };
      guard.canActivate(context as unknown as ExecutionContext);
      return request;
    },
  };
}

const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });

describe('CallerKeyGuard', () => {
  it('says to come again, not that the key is wrong, while there is no configuration yet', () => {
    const { bring, enter } = guarded();
    expect(() => enter(bearer(KEY))).toThrow(expect.objectContaining({ status: 503, code: 'temporarily_unavailable' }));
    bring([KEY]);
    expect(enter(bearer(KEY)).caller).toEqual({ organization: 'demo', project: 'default', key: 'ci', admin: false });
  });

  it('refuses a key from the moment it is taken out of the configuration', () => {
    const { bring, enter } = guarded();
    bring([KEY]);
    enter(bearer(KEY));
    bring([]);
    expect(() => enter(bearer(KEY))).toThrow(expect.objectContaining({ status: 401, code: 'invalid_api_key' }));
  });

  it.each([
    ['nothing', {}, 'missing_api_key'],
    ['another scheme', { authorization: `Basic ${KEY}` }, 'missing_api_key'],
    ['two words', { authorization: `Bearer ${KEY} x` }, 'missing_api_key'],
    ['an empty key', { 'x-api-key': '' }, 'missing_api_key'],
    ['a key a letter short', bearer(KEY.slice(0, -1)), 'invalid_api_key'],
    ['a key in capitals', bearer(KEY.toUpperCase()), 'invalid_api_key'],
    ['a key of 513 characters', bearer('k'.repeat(513)), 'invalid_api_key'],
  ])('refuses %s', (_what, headers, code) => {
    const { bring, enter } = guarded();
    bring([KEY]);
    expect(() => enter(headers)).toThrow(expect.objectContaining({ status: 401, code }));
  });

  it.each([
    ['a bearer token', bearer(KEY)],
    ['a bearer token in another spelling', { authorization: `bearer  ${KEY} ` }],
    ['x-api-key', { 'x-api-key': KEY }],
  ])('takes %s', (_what, headers) => {
    const { bring, enter } = guarded();
    bring([KEY]);
    expect(enter(headers).caller.organization).toBe('demo');
  });
});
