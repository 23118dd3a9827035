import { describe, expect, it, jest } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';
import type { KeyEntry, Snapshot } from '#libs/contracts';
import type { KeyBucket, KeyListener, Messaging, SnapshotWatch } from '#libs/messaging';
import { Readiness, type Settings } from '#libs/runtime';
import { issueKey, KeyHasher } from '#libs/secrets';
import { createLogger } from '#libs/telemetry';
import { TrailTally } from '../note-refusals/trail-tally.js';
import { Authentication } from './authentication.js';
import { CallerKeyGuard, type AuthenticatedRequest } from './caller-key.guard.js';
import { KeyRing } from './key-ring.js';
import type { KeyUses } from './key-uses.js';
import { ForPeople, Permit, Public } from './permit.js';
import { PlanGate } from './plan-gate.js';
import type { Sessions } from './sessions.js';

const secretKey = Buffer.alloc(32, 7);
const entry = { name: 'ci', organization: 'demo', project: 'default', admin: false };
const KEY = 'sk-demo-0123456789';

/** A guard, and how to bring it a configuration with some keys and to knock at it with some headers. */
interface Guarded {
  readonly bring: (keys: readonly string[], more?: Partial<KeyEntry>, of?: Snapshot['organizations']) => void;
  readonly issue: (key: string, more: Partial<KeyEntry>) => void;
  readonly enter: (
    headers: Record<string, string>,
    how?: { route?: keyof Routes; ip?: string; url?: string },
  ) => AuthenticatedRequest;
}

class Routes {
  @Permit('read', 'Model')
  models(): void {}

  @Permit('create', 'Key')
  makeKey(): void {}

  @Permit('update', 'Policy')
  changePolicy(): void {}

  @Public()
  open(): void {}

  @ForPeople()
  own(): void {}

  forgotten(): void {}
}

function guarded(): Guarded {
  const listeners: ((snapshot: Snapshot) => void)[] = [];
  const watch: { current?: Snapshot; onChange(listener: (snapshot: Snapshot) => void): void } = {
    onChange: (listener) => void listeners.push(listener),
  };
  const entries = new Map<string, KeyEntry>();
  let tellOfKeys: KeyListener = () => undefined;
  const bucket = {
    isRead: true,
    entries,
    onChange: (tell: KeyListener) => (tellOfKeys = tell),
    onNameChange: () => undefined,
    start: () => undefined,
  };
  const uses = { note: () => undefined } as unknown as KeyUses;
  const ring = new KeyRing(
    watch as SnapshotWatch,
    bucket as unknown as KeyBucket,
    uses,
    { secretKey } as Settings,
    new Readiness(),
  );
  const sessions = { isPresented: () => false, callerOf: () => undefined } as unknown as Sessions;
  const guard = new CallerKeyGuard(
    new Authentication(ring, sessions),
    new TrailTally({} as Messaging, createLogger({ service: 'test', level: 'silent' })),
    new PlanGate(watch as SnapshotWatch),
  );
  return {
    bring: (keys, more = {}, organizations = []) => {
      const hasher = new KeyHasher(secretKey);
      const hashed = keys.map((key) => ({ ...entry, ...more, hash: hasher.hash(key) }));
      const rest = { version: 1 as const, revision: 1, createdAt: 0, providers: [], models: [] };
      watch.current = { ...rest, keys: hashed, organizations };
      for (const listener of listeners) listener(watch.current);
    },
    issue: (key, more) => {
      const hash = new KeyHasher(secretKey).hash(key);
      const issued = { ...entry, ...more, hash };
      entries.set(hash, issued);
      tellOfKeys(hash, issued);
    },
    enter: (headers, { route = 'models', ip = '10.0.0.1', url = '/v1/models' } = {}) => {
      const request = { headers, ip, routeOptions: { url } } as unknown as AuthenticatedRequest;
      const http = { switchToHttp: () => ({ getRequest: () => request }), getClass: () => Routes };
      guard.canActivate({ ...http, getHandler: () => Routes.prototype[route] } as unknown as ExecutionContext);
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

  it('lets a key that the admin API made have the tier of its place, or its own', () => {
    const { bring, issue, enter } = guarded();
    bring([], {}, [{ name: 'demo', tier: 'free', projects: [{ name: 'default' }] }]);
    issue(KEY, {});
    expect(enter(bearer(KEY)).caller.tier).toBe('free');
    issue(KEY, { tier: 'gold' });
    expect(enter(bearer(KEY)).caller.tier).toBe('gold');
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

  it('treats all wrong keys alike, however near to a right one: one look-up by the hash of the whole, and no word of either', () => {
    const { bring, enter } = guarded();
    bring([KEY]);
    const hashing = jest.spyOn(KeyHasher.prototype, 'hash');
    const near = [`${KEY}0`, KEY.slice(0, -1), `${KEY.slice(0, -1)}8`, `x${KEY.slice(1)}`, 'k'.repeat(KEY.length)];
    const told = near.map((key) => {
      hashing.mockClear();
      try {
        enter(bearer(key));
        return 'let in';
      } catch (error) {
        expect(hashing.mock.calls).toEqual([[key]]);
        expect(JSON.stringify(error)).not.toContain(String(hashing.mock.results[0]?.value));
        return JSON.stringify([error, (error as Error).message]);
      }
    });
    hashing.mockRestore();
    expect(new Set(told).size).toBe(1);
    for (const key of [KEY, ...near]) expect(told[0]).not.toContain(key);
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

  const refused = (status: number, code: string) => expect.objectContaining({ status, code });

  it('lets a stranger through to what is public only, and nobody to what has no rule', () => {
    const { bring, enter } = guarded();
    bring([KEY], { admin: true });
    expect(enter({}, { route: 'open' })).not.toHaveProperty('caller');
    expect(() => enter(bearer(KEY), { route: 'forgotten' })).toThrow(refused(403, 'no_permission_rule'));
  });

  it('says which scope or role is missing', () => {
    const { bring, enter } = guarded();
    bring([KEY]);
    expect(() => enter(bearer(KEY), { route: 'makeKey' })).toThrow('The key needs the scope management to create Key.');
    expect(() => enter(bearer(KEY), { route: 'changePolicy' })).toThrow(refused(403, 'admin_key_required'));
    bring([KEY], { scopes: ['management'], grants: [{ role: 'viewer', organization: 'demo' }] });
    expect(() => enter(bearer(KEY), { route: 'makeKey' })).toThrow(
      'and its service account the role owner or admin or developer to create Key.',
    );
    bring([KEY], { scopes: ['management'] });
    expect(enter(bearer(KEY), { route: 'makeKey' }).caller.scopes).toEqual(['management']);
  });

  it('lets no key through to what is for people', () => {
    const { bring, enter } = guarded();
    bring([KEY], { admin: true });
    expect(() => enter(bearer(KEY), { route: 'own' })).toThrow(refused(403, 'session_required'));
    expect(() => enter({}, { route: 'own' })).toThrow(refused(401, 'missing_api_key'));
  });

  it('asks at the addresses of a project for a role in that project', () => {
    const { bring, enter } = guarded();
    bring([KEY], { grants: [{ role: 'viewer', organization: 'demo', project: 'elsewhere' }] });
    const ofProjects = ['/v1/models', '/v2/rerank', '/queue/chat/completions', '/api/beta/batches'];
    for (const url of ofProjects)
      expect(() => enter(bearer(KEY), { url })).toThrow(refused(403, 'insufficient_permission'));
    // What names its place is for the service that holds it to judge.
    for (const url of ['/admin/v1/organizations/:organization', '/key/info', '/team/new', '/spend/logs'])
      expect(enter(bearer(KEY), { url }).caller.key).toBe('ci');
    bring([KEY], { grants: [{ role: 'viewer', organization: 'demo', project: 'default' }] });
    for (const url of ofProjects) expect(enter(bearer(KEY), { url }).caller.key).toBe('ci');
  });

  it('refuses a key after its time, from elsewhere and for another address', () => {
    const { bring, enter } = guarded();
    bring([KEY], { expiresAt: Date.now() - 1 });
    expect(() => enter(bearer(KEY))).toThrow(refused(401, 'expired_api_key'));
    bring([KEY], { expiresAt: Date.now() + 60_000, ipRanges: ['10.0.0.0/30', 'fd00::/8'], endpoints: ['/v1/mod*'] });
    expect(enter(bearer(KEY)).caller.key).toBe('ci');
    expect(enter(bearer(KEY), { ip: '::ffff:10.0.0.2' }).caller.key).toBe('ci');
    for (const ip of ['10.0.0.4', '::1', 'nonsense'])
      expect(() => enter(bearer(KEY), { ip })).toThrow(refused(403, 'ip_not_allowed'));
    bring([KEY], { endpoints: ['/v1/models/:id'] });
    expect(() => enter(bearer(KEY))).toThrow(refused(403, 'endpoint_not_allowed'));
  });

  it('takes keys that were handed out, until they are revoked, and those of the configuration likewise', () => {
    const { bring, issue, enter } = guarded();
    bring([KEY]);
    const key = issueKey();
    expect(() => enter(bearer(key))).toThrow(refused(401, 'invalid_api_key'));
    issue(key, { id: 'key_1', project: 'web' });
    expect(enter(bearer(key)).caller.project).toBe('web');
    issue(key, { id: 'key_1', revokedAt: 1 });
    expect(() => enter(bearer(key))).toThrow(refused(401, 'revoked_api_key'));
    issue(KEY, { revokedAt: 1 });
    expect(() => enter(bearer(KEY))).toThrow(refused(401, 'revoked_api_key'));
  });
});
