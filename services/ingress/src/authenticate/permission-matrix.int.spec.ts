import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KEY_SCOPES, ROLES, type KeyEntry, type RoleGrant } from '#libs/contracts';
import { abilityOf, whoMay, type Permission } from '#libs/permission';
import { KeyHasher } from '#libs/secrets';
import { SECRET_KEY, startIngressForTests, type IngressForTests } from '../ingress.fixture.js';
import type { LiveRoute } from '../describe-api/live-routes.js';

/** What strangers may reach. A route is added here only if it tells nothing about anybody and changes nothing. */
const PUBLIC = [
  'GET /healthz',
  'GET /readyz',
  'GET /openapi.json',
  'GET /docs',
  'GET /',
  'GET /auth/sign-in',
  'POST /auth/sign-in',
  'GET /auth/invitation',
  'POST /auth/invitations/accept',
  'POST /auth/sign-out/page',
  'GET /auth/oidc/:issuer/start',
  'GET /auth/oidc/:issuer/callback',
  'GET /auth/account',
];
/** What people who are signed in do with what is theirs alone. */
const FOR_PEOPLE = [
  'GET /auth/session',
  'GET /auth/sessions',
  'DELETE /auth/sessions',
  'DELETE /auth/sessions/:id',
  'POST /auth/sign-out',
  'POST /auth/password',
];
/** Changes of the admin API that rest on nothing read before. A route is added here only with the reason why. */
const WITHOUT_ETAG = [
  // A leaked key is revoked whatever became of it meanwhile.
  'DELETE /admin/v1/organizations/:organization/keys/:id',
  // Set to one of two states, whichever it had.
  'PATCH /admin/v1/people/:id',
  'DELETE /admin/v1/audit/holds/:organization',
  // Never changes.
  'DELETE /admin/v1/dead-letters/:id',
];
const START_MILLISECONDS = 60_000;

const hasher = new KeyHasher(SECRET_KEY);
const DEMO = { organization: 'demo', project: 'default' };

/** A key for each way of being somebody: its name is its secret, too. */
const KEYS: Record<string, Partial<KeyEntry>> = {
  'bootstrap-key': { admin: true },
  'expired-key': { admin: true, expiresAt: 1 },
  'revoked-key': { admin: true, revokedAt: 1 },
  'elsewhere-key': { admin: true, ipRanges: ['192.0.2.0/24'] },
  'other-route-key': { admin: true, endpoints: ['/nowhere'] },
  'ordinary-key': {},
  ...Object.fromEntries(KEY_SCOPES.map((scope) => [`scope-${scope}`, { scopes: [scope] }])),
  ...Object.fromEntries(
    ROLES.map((role) => [
      `role-${role}`,
      { scopes: [...KEY_SCOPES], grants: [grantOf(role)] } satisfies Partial<KeyEntry>,
    ]),
  ),
  ...Object.fromEntries(
    ROLES.flatMap((role) =>
      ['default', 'other'].map((project) => [
        `project-${project}-${role}`,
        { scopes: [...KEY_SCOPES], grants: [{ ...grantOf(role), project }] } satisfies Partial<KeyEntry>,
      ]),
    ),
  ),
};

function grantOf(role: RoleGrant['role']): RoleGrant {
  return { role, organization: 'demo' };
}

function entryOf(name: string): KeyEntry {
  return { ...DEMO, name, admin: false, hash: hasher.hash(name), ...KEYS[name] };
}

/** What nobody may set of themselves or others, wherever it is put. */
const FORGED_FIELDS = {
  tenant_id: 'acme',
  tenant: 'acme',
  org: 'acme',
  spent: 0,
  posted: '0',
  price: '0',
  admin: true,
  allowed_routes: ['/*'],
  state: 'active',
  status: 'active',
  managedBy: 'api',
  createdBy: 'somebody',
  etag: '"1"',
  version: 9,
  constructor: { prototype: { admin: true } },
} as const;

interface ApiOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly requestBody?: object;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
}

describe('every live route', () => {
  let ingress: IngressForTests;

  beforeAll(async () => {
    ingress = await startIngressForTests({
      version: 1,
      revision: 1,
      createdAt: 0,
      providers: [],
      models: [],
      keys: Object.keys(KEYS).map(entryOf),
    });
  }, START_MILLISECONDS);
  afterAll(() => ingress.stop());

  const guarded = (): { route: LiveRoute; rule: Permission }[] =>
    ingress.routes.flatMap((route) => (route.rule && 'action' in route.rule ? [{ route, rule: route.rule }] : []));

  async function call({ method, url }: LiveRoute, key?: string): Promise<{ status: number; code: unknown }> {
    const answer = await ingress.http.inject({
      method: method as 'GET',
      url: url.replaceAll(/:\w+|\*/g, 'some-id'),
      headers: {
        'content-type': 'application/json',
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      },
      ...(method === 'GET' ? {} : { payload: '{}' }),
    });
    const isJson = answer.body !== '' && String(answer.headers['content-type']).includes('json');
    const { error } = isJson ? answer.json<{ error?: { code?: unknown; message?: string } }>() : {};
    return { status: answer.statusCode, code: error?.code ?? error?.message };
  }

  it('has a rule: write @Permit(action, subject) from authenticate/permit.js above the handlers listed here', () => {
    const lawless = ingress.routes.filter(({ rule }) => rule === undefined);
    expect(lawless.map(({ method, url, handler }) => `${method} ${url} (${handler})`)).toEqual([]);
    expect(ingress.routes.length).toBeGreaterThan(30);
  });

  it('is open to strangers only where that is on the list', () => {
    const open = ingress.routes.filter(({ rule }) => rule && 'isPublic' in rule);
    expect(open.map(({ method, url }) => `${method} ${url}`).toSorted()).toEqual(PUBLIC.toSorted());
  });

  it('is for people alone only where that is on the list, and there for no key, not even the bootstrap key', async () => {
    const own = ingress.routes.filter(({ rule }) => rule && 'isForPeople' in rule);
    expect(own.map(({ method, url }) => `${method} ${url}`).toSorted()).toEqual(FOR_PEOPLE.toSorted());
    for (const route of own) {
      expect((await call(route)).status).toBe(401);
      expect(await call(route, 'bootstrap-key')).toEqual({ status: 403, code: 'session_required' });
    }
  });

  it.each([
    ['no key', undefined, 401],
    ['an unknown key', 'unknown-key', 401],
    ['an expired key', 'expired-key', 401],
    ['a revoked key', 'revoked-key', 401],
    ['a key that is for another network', 'elsewhere-key', 403],
    ['a key that is for another route', 'other-route-key', 403],
  ])('refuses %s', async (_what, key, status) => {
    const answers = await Promise.all(guarded().map(async ({ route }) => [route.url, (await call(route, key)).status]));
    expect(answers).toEqual(guarded().map(({ route }) => [route.url, status]));
  });

  it('lets the bootstrap key through', async () => {
    const answers = await Promise.all(guarded().map(({ route }) => call(route, 'bootstrap-key')));
    expect(answers.filter(({ status }) => status === 401 || status === 403)).toEqual([]);
  });

  it.each(ROLES)('lets the %s of one project do in it what the role may, and nothing in another', async (role) => {
    const abilityIn = (project: string) => {
      const { hash: _hash, name: key, ...rest } = entryOf(`project-${project}-${role}`);
      return abilityOf({ ...rest, key });
    };
    const [own, foreign] = [abilityIn('default'), abilityIn('other')];
    let allowed = 0;
    for (const { route, rule } of guarded().filter(({ route: { url } }) => url.startsWith('/v1/'))) {
      const passes = async (name: string) => ![401, 403].includes((await call(route, name)).status);
      const isAllowed = own.at(rule, DEMO);
      if (isAllowed) allowed += 1;
      expect([route.method, route.url, await passes(`project-default-${role}`)]).toEqual([
        route.method,
        route.url,
        isAllowed,
      ]);
      expect([route.method, route.url, foreign.at(rule, DEMO)]).toEqual([route.method, route.url, false]);
      expect([route.method, route.url, await passes(`project-other-${role}`)]).toEqual([
        route.method,
        route.url,
        false,
      ]);
    }
    expect(allowed).toBeGreaterThan(0);
  });

  it.each([
    ['billing', 'GET /v1/costs', 'GET /v1/audit/events'],
    ['auditor', 'GET /v1/audit/reports', 'POST /v1/batches'],
    ['viewer', 'GET /v1/usage', 'GET /v1/audit/export'],
    ['viewer', 'GET /v1/webhooks/endpoints', 'POST /v1/webhooks/endpoints'],
    ['developer', 'POST /v1/batches', 'GET /metrics'],
    ['admin', 'GET /v1/audit/events', 'GET /metrics'],
    ['owner', 'POST /v1/webhooks/endpoints', 'GET /metrics'],
  ])('lets the %s of one project do %s but not %s', async (role, yes, no) => {
    const at = (address: string) => guarded().find(({ route }) => `${route.method} ${route.url}` === address)!.route;
    expect([401, 403]).not.toContain((await call(at(yes), `project-default-${role}`)).status);
    expect((await call(at(no), `project-default-${role}`)).status).toBe(403);
  });

  it.each(Object.keys(KEYS).filter((name) => /^(ordinary|scope|role)-/.test(name)))(
    'lets the %s through where its scopes and roles say so, and nowhere else',
    async (name) => {
      const { hash: _hash, name: key, ...rest } = entryOf(name);
      const ability = abilityOf({ ...rest, key });
      for (const { route, rule } of guarded()) {
        const { status, code } = await call(route, name);
        const passes = status !== 401 && status !== 403;
        expect([route.method, route.url, passes, code]).toEqual([
          route.method,
          route.url,
          ability.anywhere(rule),
          code,
        ]);
      }
    },
  );

  it.each([
    ['scope-inference', 'POST /v1/chat/completions', 'GET /v1/usage'],
    ['scope-inference', 'GET /v1/models', 'POST /v1/batches'],
    ['scope-batches', 'POST /v1/files', 'POST /v1/chat/completions'],
    ['scope-read-only', 'GET /v1/usage', 'POST /v1/embeddings'],
    ['scope-read-only', 'GET /v1/batches/:id', 'POST /v1/batches/:id/cancel'],
    ['scope-audit', 'GET /v1/audit/events', 'GET /v1/files'],
    ['role-viewer', 'GET /v1/usage', 'GET /v1/audit/events'],
    ['role-auditor', 'GET /v1/audit/events', 'POST /v1/messages'],
    ['role-billing', 'GET /v1/usage', 'DELETE /v1/responses/:id'],
    ['role-developer', 'POST /v1/messages', 'GET /metrics'],
  ])('lets the %s do %s but not %s', async (name, yes, no) => {
    const at = (address: string) => guarded().find(({ route }) => `${route.method} ${route.url}` === address)!.route;
    expect([401, 403]).not.toContain((await call(at(yes), name)).status);
    expect((await call(at(no), name)).status).toBe(403);
  });

  it("that is the installation's lets nobody but the bootstrap key through", async () => {
    const ours = guarded().filter(({ rule }) => whoMay(rule).roles.length === 0);
    expect(ours.length).toBeGreaterThan(0);
    for (const { route } of ours)
      for (const name of ['role-owner', 'scope-management', 'ordinary-key'])
        expect(await call(route, name)).toEqual({ status: 403, code: 'admin_key_required' });
  });

  it.each([
    ['a slash more', (url: string) => `${url}/`],
    ['two slashes', (url: string) => `/${url}`],
    ['an encoded slash', (url: string) => url.replace('/v1/', '/v1%2f')],
    ['a dot', (url: string) => url.replace('/v1/', '/v1/./')],
    ['a semicolon', (url: string) => `${url};x=1`],
    ['capitals', (url: string) => url.toUpperCase()],
  ])('is not to be had without a key by %s', async (_what, twist) => {
    for (const { route } of guarded()) {
      const { status } = await call({ ...route, url: twist(route.url) });
      expect([route.url, [401, 404].includes(status)]).toEqual([route.url, true]);
    }
  });

  it('is in the OpenAPI document with what it needs and takes, and on the page', async () => {
    const answer = await ingress.http.inject({ method: 'GET', url: '/openapi.json' });
    const { openapi, paths } = answer.json<{ openapi: string; paths: Record<string, Record<string, ApiOperation>> }>();
    expect(openapi).toBe('3.1.0');
    const root = await ingress.http.inject({ method: 'GET', url: '/' });
    expect([root.statusCode, root.headers.location]).toEqual([302, '/docs']);
    const page = await ingress.http.inject({ method: 'GET', url: '/docs' });
    const ids = new Set<string>();
    for (const { method, url } of ingress.routes) {
      const path = url.replaceAll(/:(\w+)/g, '{$1}').replace('*', '{path}');
      const operation = paths[path]?.[method.toLowerCase()];
      expect([url, operation?.summary]).toEqual([url, expect.stringMatching(/^[A-Z](?!\w* \/)/)]);
      expect(page.body).toContain(`<code>${path}</code>`);
      ids.add(operation!.operationId);
    }
    expect(ids.size).toBe(ingress.routes.length);
    const issue = paths['/admin/v1/organizations/{organization}/keys']!['post']!;
    expect(issue.description).toBe('Needs a key with the scope management, or the role owner or admin or developer.');
    expect(issue.requestBody).toMatchObject({
      content: { 'application/json': { schema: { required: ['project', 'name'], additionalProperties: false } } },
    });
    expect(page.body).not.toMatch(/<script|src=|href="http/);
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
  });

  it('that gives pages gives none without a bound: a limit that is none is refused, and so is one beyond it', async () => {
    const answer = await ingress.http.inject({ method: 'GET', url: '/openapi.json' });
    const { paths } = answer.json<{ paths: Record<string, Record<string, ApiOperation>> }>();
    const paged = Object.keys(paths).filter((path) =>
      paths[path]?.['get']?.parameters?.some((one) => one.name === 'limit' && one.in === 'query'),
    );
    expect(paged.length).toBeGreaterThan(8);
    for (const path of paged)
      for (const limit of ['1000000000', '1e9', '-1', '0', '1.5', 'x', '', '1&limit=2', 'NaN', 'Infinity']) {
        const url = `${path.replaceAll(/\{\w+\}/g, 'some-id')}?limit=${limit}`;
        expect([path, limit, await call({ method: 'GET', url } as LiveRoute, 'bootstrap-key')]).toMatchObject([
          path,
          limit,
          { status: 400 },
        ]);
      }
  });

  it('that changes something of the admin API takes the etag of what the change rests on, but for those on the list', () => {
    const changes = ingress.routes.filter(
      ({ method, url }) => ['PUT', 'PATCH', 'DELETE'].includes(method) && url.startsWith('/admin/v1/'),
    );
    expect(changes.length).toBeGreaterThan(20);
    const without = changes.filter(({ description }) => !description?.takesEtag);
    expect(without.map(({ method, url }) => `${method} ${url}`).toSorted()).toEqual(WITHOUT_ETAG.toSorted());
  });

  it.each(Object.entries(FORGED_FIELDS))(
    'refuses the forged field %s in every body of the admin API',
    async (name, value) => {
      const changes = guarded().filter(({ route }) => route.url.startsWith('/admin/v1/') && route.description?.body);
      expect(changes.length).toBeGreaterThan(15);
      for (const { route } of changes) {
        // What a document is called after it has by right: PUT …/prices/:price takes a price.
        if (route.url.endsWith(`/:${name}`)) continue;
        const answer = await ingress.http.inject({
          method: route.method as 'POST',
          url: route.url.replaceAll(/:\w+/g, 'some-id'),
          headers: { authorization: 'Bearer bootstrap-key', 'content-type': 'application/json', 'if-match': '*' },
          payload: JSON.stringify({ [name]: value }),
        });
        const { error } = answer.json<{ error: { message: string } }>();
        expect([route.method, route.url, answer.statusCode]).toEqual([route.method, route.url, 400]);
        if (name !== '__proto__') expect(error.message).toMatch(new RegExp(`${name}|required|missing|invalid`, 'i'));
      }
    },
  );

  it.each([
    ['POST', '/admin/v1/organizations', { name: 'acme', spent: 1 }],
    ['PATCH', '/admin/v1/providers/main', { spent: 1 }],
    ['PATCH', '/admin/v1/models/small', { price: '0' }],
    ['PUT', '/admin/v1/organizations/acme/budgets', { budgets: [{ limitUsd: '1', posted: '0' }] }],
    ['POST', '/admin/v1/configuration/apply', { text: 'version: 1', admin: true }],

    ['POST', '/admin/v1/organizations/acme/keys', { project: 'web', name: 'ci', org: 'other' }],
    ['POST', '/admin/v1/organizations/acme/keys', { project: 'web', name: 'ci', role: 'owner' }],
    ['POST', '/admin/v1/organizations/acme/keys', { project: { $ne: '' }, name: 'ci' }],
    ['POST', '/admin/v1/organizations/acme/keys', { project: 'web', name: 'ci', ipRanges: ['10.0.0.0/99'] }],
    ['POST', '/admin/v1/organizations/acme/members', { email: 'a@b.example', role: 'admin', admin: true }],
    ['PATCH', '/admin/v1/organizations/acme/members/x', { role: 'admin', organization: 'other' }],
    ['POST', '/admin/v1/plans', { name: 'x', price: '1' }],
    ['GET', '/admin/v1/organizations?limit=1000000000', undefined],
    ['GET', '/admin/v1/organizations?limit=-1', undefined],
    ['GET', "/admin/v1/organizations?after[]=1' OR '1'='1", undefined],
  ] as const)('refuses forged and impossible fields: %s %s %j', async (method, url, body) => {
    const answer = await ingress.http.inject({
      method,
      url,
      headers: { authorization: 'Bearer bootstrap-key', 'content-type': 'application/json', 'if-match': '*' },
      ...(body ? { payload: JSON.stringify(body) } : {}),
    });
    expect([answer.statusCode, answer.json<{ error: { code: string } }>().error.code]).toEqual([
      400,
      'invalid_parameter',
    ]);
  });
});
