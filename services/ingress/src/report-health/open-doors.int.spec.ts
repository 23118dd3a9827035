import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serviceNames, Subject, type Health, type KeyEntry, type ServiceName, type Snapshot } from '#libs/contracts';
import type { Messaging } from '#libs/messaging';
import { KeyHasher } from '#libs/secrets';
import { SECRET_KEY, startIngressForTests, type IngressForTests } from '../ingress.fixture.js';

const START_MILLISECONDS = 60_000;
/** In every name and secret of the installation, so that whatever of them is told is found. */
const CANARY = 'zanzibar';
const hasher = new KeyHasher(SECRET_KEY);
const keyNamed = (name: string, more: Partial<KeyEntry> = {}): KeyEntry => ({
  organization: `${CANARY}-organization`,
  project: `${CANARY}-project`,
  name,
  admin: false,
  hash: hasher.hash(`sk-${name}`),
  ...more,
});
const grants = [{ role: 'owner' as const, organization: `${CANARY}-organization` }];
const scopes = ['inference', 'batches', 'read-only', 'audit', 'management'] as const;
const timeouts = { firstByteMilliseconds: 1, idleMilliseconds: 1, totalMilliseconds: 1 };
const price = { version: 'price_0123456789abcdef', inputNanoUsdPerMillion: '1', outputNanoUsdPerMillion: '1' };
const snapshot: Snapshot = {
  version: 1,
  revision: 1,
  createdAt: 0,
  providers: [],
  models: [
    {
      name: `${CANARY}-model`,
      strategy: 'priority',
      timeouts,
      targets: [{ provider: `${CANARY}-provider`, model: `${CANARY}-upstream`, priority: 1, weight: 1, price }],
    },
  ],
  keys: [
    keyNamed(`${CANARY}-caller`),
    keyNamed(`${CANARY}-owner`, { grants, scopes: [...scopes] }),
    keyNamed(`${CANARY}-admin`, { admin: true }),
  ],
  organizations: [{ name: `${CANARY}-organization`, projects: [{ name: `${CANARY}-project` }] }],
};
const CALLERS = {
  nobody: undefined,
  'a wrong key': 'sk-wrong',
  "a caller's key": `sk-${CANARY}-caller`,
  "an owner's key": `sk-${CANARY}-owner`,
  'the bootstrap key': `sk-${CANARY}-admin`,
} as const;

let ingress: IngressForTests;
let services: Messaging;
/** What services say they wait for; those without an entry do not answer. */
const missing = new Map<ServiceName, string[]>();
/** And what they would have looked at all the same. */
let notices: string[] | undefined;

beforeAll(async () => {
  ingress = await startIngressForTests(snapshot);
  services = ingress.messaging.messaging;
  for (const service of serviceNames)
    services.subscribe(Subject.healthAsk(service), ({ reply }) => {
      const waitsFor = missing.get(service);
      if (!waitsFor || reply === undefined) return;
      const isReady = waitsFor.length === 0;
      const health: Health = {
        service,
        instance: `${CANARY}-instance`,
        ready: isReady,
        missing: waitsFor,
        ...(notices ? { notices } : {}),
      };
      services.publish(reply, JSON.stringify(health));
    });
}, START_MILLISECONDS);
afterAll(() => ingress.stop());

const get = (url: string, key?: string) =>
  ingress.http.inject({ url, headers: key === undefined ? {} : { authorization: `Bearer ${key}` } });

describe('what is open to everybody', () => {
  it.each(['/healthz', '/docs', '/openapi.json'])(
    'is at %s the same for all, and tells nothing of this installation',
    async (url) => {
      const answers = await Promise.all(Object.values(CALLERS).map((key) => get(url, key)));
      expect(new Set(answers.map(({ statusCode, body }) => `${statusCode} ${body}`)).size).toBe(1);
      for (const { statusCode, body, headers } of answers) {
        expect(statusCode).toBe(200);
        expect(body + JSON.stringify(headers)).not.toContain(CANARY);
      }
    },
  );

  it('is at /healthz no more than that the process lives', async () => {
    expect((await get('/healthz')).body).toBe('{"status":"ok"}');
  });

  it('is at /readyz which parts are missing, by their kind', async () => {
    for (const service of serviceNames) missing.set(service, []);
    for (const key of Object.values(CALLERS)) {
      const { statusCode, body } = await get('/readyz', key);
      expect([statusCode, body]).toEqual([200, '{"status":"ready","missing":[]}']);
    }
    notices = ['the newest configuration is refused'];
    const noticed = await get('/readyz');
    expect([noticed.statusCode, JSON.parse(noticed.body)]).toMatchObject([
      200,
      {
        status: 'ready',
        missing: [],
        notices: expect.arrayContaining(['control: the newest configuration is refused']),
      },
    ]);
    notices = undefined;
    missing.set('billing', ['Postgres']);
    missing.delete('worker');
    const { statusCode, body } = await get('/readyz');
    expect([statusCode, JSON.parse(body)]).toEqual([
      503,
      { status: 'not_ready', missing: ['worker: does not answer', 'billing: Postgres'] },
    ]);
  });
});

describe('the metrics', () => {
  const SERIES = 'switchyard_requests_total{service="worker",instance="one"}';

  it('are for the bootstrap key alone, and whoever else asks has nobody asked', async () => {
    let asked = 0;
    const subscription = services.subscribe(Subject.metricsAsk, ({ reply }) => {
      asked += 1;
      if (reply !== undefined) services.publish(reply, `# TYPE switchyard_requests_total counter\n${SERIES} 7\n`);
    });
    const told: Record<string, number> = {};
    for (const [who, key] of Object.entries(CALLERS)) {
      const { statusCode, body, headers } = await get('/metrics', key);
      told[who] = statusCode;
      expect([who, body.includes(`${SERIES} 7`)]).toEqual([who, statusCode === 200]);
      if (statusCode !== 200) expect(body + JSON.stringify(headers)).not.toContain(CANARY);
    }
    subscription.unsubscribe();
    expect(told).toEqual({
      nobody: 401,
      'a wrong key': 401,
      "a caller's key": 403,
      "an owner's key": 403,
      'the bootstrap key': 200,
    });
    expect(asked).toBe(1);
  });
});

describe('what is left open by other servers', () => {
  it.each([
    '/health',
    '/metrics/',
    '/metrics/prometheus',
    '/debug',
    '/debug/pprof/heap',
    '/actuator/env',
    '/actuator/heapdump',
    '/heapdump',
    '/json/list',
    '/varz',
    '/connz?auth=1',
    '/jsz',
    '/.env',
    '/server-status',
    '/swagger.json',
    '/graphql',
  ])('is not here: %s', async (url) => {
    for (const key of [undefined, `sk-${CANARY}-admin`]) {
      const { statusCode, body } = await get(url, key);
      expect([404, 401]).toContain(statusCode);
      expect(body).not.toMatch(/node_modules|at Object|SELECT |127\.0\.0\.1/);
      expect(body).not.toContain(CANARY);
    }
  });
});
