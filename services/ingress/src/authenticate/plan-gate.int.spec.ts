import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PLAN_FEATURES, type KeyEntry, type PlanEntry, type Snapshot } from '#libs/contracts';
import { KeyHasher } from '#libs/secrets';
import { eventually } from '#libs/testing';
import { SECRET_KEY, startIngressForTests, type IngressForTests } from '../ingress.fixture.js';

/** What plans open, besides what is asked for in a request's body or headers. A route that is added here goes into docs/administration.md. */
const GATED: Partial<Record<(typeof PLAN_FEATURES)[number], string[]>> = {
  batches: ['POST /v1/batches', 'POST /v1/messages/batches', 'POST /api/beta/batches'],
  webhooks: [
    'POST /v1/webhooks/endpoints',
    'POST /v1/webhooks/endpoints/:id',
    'PATCH /v1/webhooks/endpoints/:id',
    'POST /v1/webhooks/endpoints/:id/rotate',
    'POST /v1/webhooks/endpoints/:id/test',
    'POST /v1/webhooks/endpoints/:id/replay',
    'POST /v1/webhooks/endpoints/:id/deliveries/:delivery/replay',
    'POST /v1/webhook_endpoints',
    'POST /v1/webhook_endpoints/:id',
    'POST /v1/webhook_endpoints/:id/rotate_secret',
    'POST /v1/webhook_endpoints/:id/test',
  ],
  'audit-export': ['GET /v1/audit/export', 'GET /v1/audit/tail'],
};
const START_MILLISECONDS = 60_000;
const EFFECTIVE_MILLISECONDS = 20_000;

const hasher = new KeyHasher(SECRET_KEY);
const keyOf = (project: string): KeyEntry => ({
  organization: 'acme',
  project,
  name: 'ci',
  admin: false,
  hash: hasher.hash(`${project}-key`),
  scopes: ['inference', 'batches', 'audit'],
});
const timeouts = { firstByteMilliseconds: 1, idleMilliseconds: 1, totalMilliseconds: 1 };

function configured(revision: number, bare: Omit<PlanEntry, 'name' | 'markupMillionths'>): Snapshot {
  return {
    version: 1,
    revision,
    createdAt: 0,
    providers: [],
    models: [
      { name: 'chat', strategy: 'priority', timeouts, targets: [] },
      {
        name: 'auto',
        strategy: 'priority',
        timeouts,
        targets: [],
        auto: { weak: 'chat', strong: 'chat', levels: { cheap: 0.8, balanced: 0.5, best: 0.2 } },
      },
    ],
    keys: ['bare', 'open', 'planless'].map(keyOf),
    plans: [
      { name: 'bare', markupMillionths: 0, ...bare },
      { name: 'open', markupMillionths: 0, features: [...PLAN_FEATURES] },
    ],
    organizations: [
      {
        name: 'acme',
        projects: [{ name: 'bare', plan: 'bare' }, { name: 'open', plan: 'open' }, { name: 'planless' }],
      },
    ],
  };
}

interface Refusal {
  readonly status: number;
  readonly body: string;
}

describe('features of a plan', () => {
  let ingress: IngressForTests;
  beforeAll(async () => {
    ingress = await startIngressForTests(configured(1, { features: [] }));
  }, START_MILLISECONDS);
  afterAll(() => ingress.stop());

  async function call(address: string, project: string, body: object = {}, headers = {}): Promise<Refusal> {
    const [method, url = ''] = address.split(' ');
    const answer = await ingress.http.inject({
      method: method as 'POST',
      url: url.replaceAll(/:\w+/g, 'some-id'),
      headers: { authorization: `Bearer ${project}-key`, 'content-type': 'application/json', ...headers },
      ...(method === 'GET' ? {} : { payload: JSON.stringify(body) }),
    });
    return { status: answer.statusCode, body: answer.body };
  }

  it('open the routes on the list, which are all that name one', () => {
    const gated = ingress.routes.filter(({ feature }) => feature !== undefined);
    const named = gated.map(({ feature, method, url }) => `${feature} ${method} ${url}`);
    const listed = Object.entries(GATED).flatMap(([feature, routes]) => routes.map((route) => `${feature} ${route}`));
    expect(named.toSorted()).toEqual(listed.toSorted());
  });

  it.each(Object.entries(GATED).flatMap(([feature, routes]) => routes.map((route) => [route, feature] as const)))(
    'refuse %s where the plan is without %s, and name plan and remedy',
    async (route, feature) => {
      const refused = await call(route, 'bare');
      expect(refused.status).toBe(403);
      expect(refused.body).toContain(
        `The plan 'bare' of acme/bare does not include ${feature}; ask whoever runs this installation for a plan that does.`,
      );
      for (const project of ['open', 'planless']) expect((await call(route, project)).body).not.toContain('plan');
    },
  );

  const hello = { model: 'chat', messages: [{ role: 'user', content: 'hi' }] };
  const later = { 'x-switchyard-run-at': '2099-01-01T00:00:00Z' };
  it.each([
    ['background', 'POST /v1/responses', { model: 'chat', input: 'hi', background: true }, {}],
    ['background', 'POST /v1/responses', { model: 'chat', input: 'hi', background: true, stream: true }, {}],
    ['background', 'POST /v1/chat/completions', hello, { prefer: 'respond-async' }],
    ['background', 'POST /queue/chat/completions', hello, {}],
    ['schedules', 'POST /v1/chat/completions', hello, later],
    ['schedules', 'POST /v1/responses', { model: 'chat', input: 'hi' }, later],
    ['audit-export', 'GET /v1/audit/reports/model-use?format=csv', {}, {}],
  ])('refuse what is %s in %s', async (feature, route, body, headers) => {
    const refused = await call(route, 'bare', body, headers);
    expect([refused.status, refused.body]).toEqual([403, expect.stringContaining(`does not include ${feature}`)]);
    expect((await call(route, 'open', body, headers)).body).not.toContain('not_in_plan');
  });

  it("are refused in the caller's own dialect", async () => {
    const openai = JSON.parse((await call('POST /v1/batches', 'bare')).body);
    expect(openai.error).toMatchObject({ type: 'permission_error', code: 'feature_not_in_plan' });
    const anthropic = JSON.parse((await call('POST /v1/messages/batches', 'bare')).body);
    expect(anthropic).toMatchObject({ type: 'error', error: { type: 'permission_error' } });
  });

  it('leave reading, cancelling and deleting what was made before open', () => {
    const isClosed = ({ method, url }: { method: string; url: string }): boolean =>
      method === 'DELETE' || url.endsWith('/cancel') || (method === 'GET' && !url.startsWith('/v1/audit/'));
    const closed = ingress.routes.filter((route) => route.feature && isClosed(route));
    expect(closed).toEqual([]);
  });

  it('show no model with auto where the plan is without it', async () => {
    expect((await call('GET /v1/models', 'bare')).body).not.toContain('"auto"');
    expect((await call('GET /v1/models', 'open')).body).toContain('"auto"');
  });

  it('are open within 5 s of an upgrade and closed within 5 s of a downgrade, without a restart', async () => {
    const status = async () => (await call('POST /v1/batches', 'bare')).status;
    await ingress.messaging.snapshots.write(configured(2, { features: ['batches'] }));
    await eventually(async () => expect(await status()).toBe(400), { withinMilliseconds: EFFECTIVE_MILLISECONDS });
    await ingress.messaging.snapshots.write(configured(3, { features: [] }));
    await eventually(async () => expect(await status()).toBe(403), { withinMilliseconds: EFFECTIVE_MILLISECONDS });
  });
});
