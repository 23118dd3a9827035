import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Subject, type RoleGrant, type Snapshot } from '#libs/contracts';
import { SignInSecrets } from '#libs/secrets';
import { eventually, startNatsForTests, type NatsForTests } from '#libs/testing';
import { SECRET_KEY, startIngressForTests, type IngressForTests } from '../ingress.fixture.js';
import { PlayedControl, sessionStateOf } from './played-control.fixture.js';

const START_MILLISECONDS = 60_000;
const HOST = '127.0.0.1:8080';
const ORIGIN = `http://${HOST}`;
const secrets = new SignInSecrets(SECRET_KEY);
const TOKEN = secrets.newToken();
const CSRF = secrets.csrfTokenOf(TOKEN);
const HASH = secrets.hash('session', TOKEN);
const EMAIL = 'dev@acme.example';
const PERSON = { id: 'person_1', email: EMAIL };
const OWNER: RoleGrant[] = [{ role: 'owner', organization: 'demo' }];
const COOKIE = `switchyard-session=${TOKEN}`;

const SNAPSHOT: Snapshot = {
  version: 1,
  revision: 1,
  createdAt: 0,
  providers: [],
  models: [],
  organizations: [{ name: 'demo', projects: [{ name: 'web' }, { name: 'lab' }] }],
  keys: [],
};

/** Everything here is about the edge: control's part is played by the test, in the words of the contracts. */
describe('the edge of signing in', () => {
  let nats: NatsForTests;
  let ingress: IngressForTests;
  let grants: RoleGrant[] = OWNER;
  let control: PlayedControl;

  const state = () => sessionStateOf(PERSON, grants);

  const answers: Readonly<Record<string, () => object>> = {
    [Subject.signIn]: () => ({ ...state(), token: TOKEN }),
    [Subject.invitationAccept]: () => ({ ...state(), token: TOKEN }),
    [Subject.passwordChange]: () => ({ ...state(), token: secrets.newToken() }),
    [Subject.sessionCheck]: state,
    [Subject.sessionEnd]: () => ({ ended: 1 }),
    [Subject.sessionList]: () => ({ sessions: [state().session] }),
    [Subject.issuerList]: () => ({ issuers: [{ name: 'corporate', label: 'Acme <SSO>' }] }),
    [Subject.oidcStart]: () => ({ location: 'https://login.example.com/auth?state=x', flow: TOKEN }),
    [Subject.oidcFinish]: () => ({ ...state(), token: TOKEN, returnTo: '/docs' }),
    [Subject.resourceList]: () => ({ resources: [], hasMore: false }),
    [Subject.resourceChange]: () => ({ resource: null, revision: 1 }),
  };

  beforeAll(async () => {
    nats = await startNatsForTests();
    ingress = await startIngressForTests(SNAPSHOT, nats);
    control = new PlayedControl(ingress.messaging.messaging, answers);
    await eventually(async () =>
      expect((await ingress.http.inject({ url: '/auth/sign-in', headers: { host: HOST } })).statusCode).toBe(200),
    );
  }, START_MILLISECONDS);
  afterAll(async () => {
    await ingress.stop();
    await nats.stop();
  });
  beforeEach(() => {
    grants = OWNER;
    control.forget();
  });

  type Method = 'GET' | 'POST' | 'DELETE';
  const send = (method: Method, url: string, headers: Record<string, string> = {}, body?: object | string) =>
    ingress.http.inject({
      method,
      url,
      headers: { host: HOST, ...(typeof body === 'object' ? { 'content-type': 'application/json' } : {}), ...headers },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const form = (url: string, fields: Record<string, string>, headers: Record<string, string> = { origin: ORIGIN }) =>
    send(
      'POST',
      url,
      { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      new URLSearchParams(fields).toString(),
    );
  const codeOf = ({ body }: { body: string }): string => (JSON.parse(body) as { error: { code: string } }).error.code;
  const own = { cookie: COOKIE, origin: ORIGIN, 'x-csrf-token': CSRF };
  const PASSWORD = { email: EMAIL, password: 'long enough a phrase' };

  it('gives the session in a cookie that no script reads and no other site brings along, and nowhere else', async () => {
    const answer = await send('POST', '/auth/sign-in', {}, PASSWORD);
    expect(answer.statusCode).toBe(200);
    expect(String(answer.headers['set-cookie'])).toMatch(
      new RegExp(`^switchyard-session=${TOKEN}; Path=/; HttpOnly; SameSite=Lax; Max-Age=3[56]\\d\\d$`),
    );
    expect(answer.body).not.toContain(TOKEN);
    expect(answer.json()).toMatchObject({ person: PERSON, csrfToken: CSRF });
    expect(control.asked[0]?.query).toMatchObject({ email: EMAIL, visitor: { address: '127.0.0.1' } });
  });

  it('says nothing of the session that was before but its hash, so that it ends', async () => {
    await send('POST', '/auth/sign-in', { cookie: COOKIE, origin: ORIGIN }, PASSWORD);
    expect(control.asked.find(({ subject }) => subject === Subject.signIn)?.query['before']).toBe(HASH);
    expect(JSON.stringify(control.asked)).not.toContain(TOKEN);
  });

  it.each([
    ['GET', '/auth/sign-in'],
    ['GET', '/auth/invitation'],
    ['GET', '/auth/account'],
    ['POST', '/auth/sign-in'],
    ['GET', '/auth/session'],
    ['GET', '/auth/oidc/corporate/start'],
  ] as const)('lets nobody frame, keep or share %s %s', async (method, url) => {
    const answer = await send(method, url, own, method === 'POST' ? PASSWORD : undefined);
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
    });
    expect(answer.headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('takes the right password only where TLS or a loopback address keeps it', async () => {
    for (const host of ['switchyard.example.com', '10.0.0.1:8080', 'localhost.evil.example'])
      expect(codeOf(await send('POST', '/auth/sign-in', { host }, PASSWORD))).toBe('tls_required');
    expect(control.asked).toEqual([]);
  });

  it.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['no origin that it may tell', { origin: 'null' }],
    ['another port', { origin: 'http://127.0.0.1:9' }],
    ['another site, as browsers say', { 'sec-fetch-site': 'cross-site' }],
  ])('signs nobody in from a page of %s', async (_what, headers: Record<string, string>) => {
    expect(codeOf(await send('POST', '/auth/sign-in', headers, PASSWORD))).toBe('cross_origin_request');
    expect(codeOf(await form('/auth/sign-in', PASSWORD, headers))).toBe('cross_origin_request');
    expect(control.asked).toEqual([]);
  });

  it('takes no form without an origin, no large body, and forms nowhere else', async () => {
    expect(codeOf(await form('/auth/sign-in', PASSWORD, {}))).toBe('cross_origin_request');
    const large = await send('POST', '/auth/sign-in', {}, { ...PASSWORD, password: 'x'.repeat(20_000) });
    expect(large.statusCode).toBe(413);
    const elsewhere = await form('/admin/v1/organizations', { name: 'x' }, own);
    expect(elsewhere.statusCode).toBe(415);
    expect(control.asked.map(({ subject }) => subject)).not.toContain(Subject.signIn);
  });

  it.each([
    ['/docs', '/docs'],
    ['https://evil.example', '/auth/account'],
    ['//evil.example', '/auth/account'],
    ['/\\evil.example', '/auth/account'],
  ])('goes on at a path of ours after a form: %s', async (wanted, target) => {
    const answer = await form('/auth/sign-in', { ...PASSWORD, return_to: wanted });
    expect([answer.statusCode, answer.headers.location]).toEqual([303, target]);
    const start = await send('GET', `/auth/oidc/corporate/start?return_to=${encodeURIComponent(wanted)}`);
    expect(start.statusCode).toBe(303);
    expect(control.asked.at(-1)?.query).toMatchObject({
      returnTo: target,
      redirectUri: `${ORIGIN}/auth/oidc/corporate/callback`,
    });
  });

  it('tells a refusal by code to programs, and in words of its own on the page', async () => {
    control.refusal = { status: 429, code: 'too_many_attempts', message: 'no', retryAfterSeconds: 60 };
    const program = await send('POST', '/auth/sign-in', {}, PASSWORD);
    expect([program.statusCode, codeOf(program), program.headers['retry-after']]).toEqual([
      429,
      'too_many_attempts',
      '60',
    ]);
    const page = await form('/auth/sign-in', PASSWORD);
    expect(page.headers.location).toBe('/auth/sign-in?error=too_many_attempts');
    expect(page.headers['set-cookie']).toBeUndefined();
    control.refusal = undefined;
    expect((await send('GET', String(page.headers.location))).body).toContain('too many attempts');
    const forged = await send('GET', '/auth/sign-in?error=<script>alert(1)</script>&return_to=/"><script>');
    expect(forged.body).not.toContain('<script');
    expect(forged.body).toContain('Acme &lt;SSO&gt;');
  });

  describe('the page of invitations', () => {
    const accept = (fields: Record<string, string>, cookie = COOKIE) =>
      form('/auth/invitations/accept', { token: 'invited', ...fields }, { origin: ORIGIN, cookie });
    const accepted = () => control.asked.find(({ subject }) => subject === Subject.invitationAccept)?.query;

    it('has who is signed in join by what they are', async () => {
      const page = await send('GET', '/auth/invitation', { cookie: COOKIE });
      expect(page.body).toContain(`name="csrf_token" value="${CSRF}"`);
      expect(page.body).not.toContain(TOKEN);
      expect((await send('GET', '/auth/invitation')).body).not.toContain('csrf_token');
      const answer = await accept({ csrf_token: CSRF, password: '' });
      expect([answer.statusCode, answer.headers.location]).toEqual([303, '/auth/account']);
      expect(accepted()).toEqual({ token: 'invited', session: HASH, before: HASH, visitor: expect.anything() });
    });

    it.each([
      ['without the token of the session', ''],
      ["with another session's", secrets.csrfTokenOf(secrets.newToken())],
    ])('takes nobody for who is signed in %s', async (_what, token) => {
      await accept({ csrf_token: token, password: PASSWORD.password });
      expect(accepted()).toMatchObject({ token: 'invited', password: PASSWORD.password });
      expect(accepted()).not.toHaveProperty('session');
    });

    it('takes the token of the session from programs in the header alone', async () => {
      const body = { token: 'invited', csrf_token: CSRF };
      expect(codeOf(await send('POST', '/auth/invitations/accept', own, body))).toBe('invalid_parameter');
      await send('POST', '/auth/invitations/accept', own, { token: 'invited' });
      expect(accepted()).toMatchObject({ session: HASH });
    });
  });

  describe('the way out of the page', () => {
    const out = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
      form('/auth/sign-out/page', fields, { origin: ORIGIN, cookie: COOKIE, ...headers });
    const ends = () => control.asked.filter(({ subject }) => subject === Subject.sessionEnd).map(({ query }) => query);

    it('is a form on the page of who is signed in, and ends the session', async () => {
      const page = await send('GET', '/auth/account', { cookie: COOKIE });
      expect(page.body).toContain(`name="csrf_token" value="${CSRF}"`);
      expect(page.body).not.toContain(TOKEN);
      const answer = await out({ csrf_token: CSRF });
      expect([answer.statusCode, answer.headers.location]).toEqual([303, '/auth/sign-in']);
      expect(String(answer.headers['set-cookie'])).toMatch(/^switchyard-session=; .*Max-Age=0/);
      expect(ends()).toEqual([{ hash: HASH }]);
    });

    it('ends nothing for another page, nor without the token of the session', async () => {
      for (const origin of ['https://evil.example', 'null'])
        expect(codeOf(await out({ csrf_token: CSRF }, { origin }))).toBe('cross_origin_request');
      const without = await form('/auth/sign-out/page', { csrf_token: CSRF }, { cookie: COOKIE });
      expect(codeOf(without)).toBe('cross_origin_request');
      expect((await out({ csrf_token: '' })).statusCode).toBe(400);
      const forged = await out({ csrf_token: secrets.csrfTokenOf(secrets.newToken()) });
      expect(forged.headers).toMatchObject({ location: '/auth/account?error=csrf_token_required' });
      expect(forged.headers['set-cookie']).toBeUndefined();
      expect((await send('POST', '/auth/sign-out/page', own, { csrf_token: CSRF })).statusCode).toBe(415);
      expect(ends()).toEqual([]);
    });

    it('leads to the page to sign in at also when the session is over, and stays where control cannot be asked', async () => {
      control.refusal = { status: 401, code: 'session_ended', message: 'over' };
      expect((await out({ csrf_token: CSRF })).headers.location).toBe('/auth/sign-in');
      control.refusal = { status: 503, code: 'temporarily_unavailable', message: 'later' };
      const later = await out({ csrf_token: CSRF });
      expect([later.statusCode, later.headers['set-cookie']]).toEqual([503, undefined]);
    });
  });

  describe('with a session', () => {
    it('reads with the cookie alone, as the roles allow', async () => {
      const { statusCode } = await send('GET', '/admin/v1/organizations', { cookie: COOKIE });
      expect(statusCode).toBe(200);
      expect(control.asked.at(-1)?.query['caller']).toMatchObject({
        person: 'person_1',
        organization: 'demo',
        project: 'web',
      });
      expect((await send('GET', '/admin/v1/people', { cookie: COOKIE })).statusCode).toBe(403);
    });

    it.each([
      ['no origin', { origin: '' }, 'cross_origin_request'],
      ['another origin', { origin: 'https://evil.example' }, 'cross_origin_request'],
      ['the origin null', { origin: 'null' }, 'cross_origin_request'],
      ['no token', { 'x-csrf-token': '' }, 'csrf_token_required'],
      ["another session's token", { 'x-csrf-token': secrets.csrfTokenOf(secrets.newToken()) }, 'csrf_token_required'],
    ])('changes nothing with %s', async (_what, change: Record<string, string>, code) => {
      const headers = Object.fromEntries(Object.entries({ ...own, ...change }).filter(([, value]) => value !== ''));
      for (const [method, url] of [
        ['DELETE', '/admin/v1/organizations/demo'],
        ['POST', '/auth/sign-out'],
        ['POST', '/v1/chat/completions'],
      ] as const) {
        const answer = await send(method, url, headers, {});
        expect([url, answer.statusCode, codeOf(answer)]).toEqual([url, 403, code]);
      }
      expect(control.askedBesides).toEqual([]);
    });

    it('changes with both, by what browsers say of the site as well', async () => {
      expect((await send('DELETE', '/admin/v1/organizations/demo', { ...own, 'if-match': '*' })).statusCode).toBe(200);
      const { origin: _origin, ...rest } = own;
      const headers = { ...rest, 'sec-fetch-site': 'same-origin', 'if-match': '*' };
      expect((await send('DELETE', '/admin/v1/organizations/demo', headers)).statusCode).toBe(200);
    });

    it('acts in the project of the header where there is a role, and nowhere else', async () => {
      grants = [{ role: 'viewer', organization: 'demo', project: 'lab' }];
      const cookie = `switchyard-session=${secrets.newToken()}`;
      const at = (project: string) => send('GET', '/v1/models', { cookie, 'x-switchyard-project': project });
      expect((await at('demo/lab')).statusCode).toBe(200);
      for (const place of ['demo/web', 'other/lab', 'demo', 'demo/lab/x', 'demo/Lab'])
        expect(codeOf(await at(place))).toBe('no_role_in_project');
      grants = [{ role: 'viewer', organization: 'demo' }];
      const wide = `switchyard-session=${secrets.newToken()}`;
      const anywhere = (project: string) =>
        send('GET', '/v1/models', { cookie: wide, 'x-switchyard-project': project });
      expect((await anywhere('demo/lab')).statusCode).toBe(200);
      expect(codeOf(await anywhere('demo/nowhere'))).toBe('no_role_in_project');
      grants = [{ role: 'viewer', organization: 'demo', project: 'lab' }];
      const call = await send('POST', '/v1/chat/completions', { cookie, origin: ORIGIN }, {});
      expect(call.statusCode).toBe(403);
    });

    it('is over within moments of its end, and at once where it is ended here', async () => {
      const token = secrets.newToken();
      const headers = { ...own, cookie: `switchyard-session=${token}`, 'x-csrf-token': secrets.csrfTokenOf(token) };
      expect((await send('GET', '/auth/session', headers)).statusCode).toBe(200);
      const out = await send('POST', '/auth/sign-out', headers);
      expect(String(out.headers['set-cookie'])).toMatch(/^switchyard-session=; .*Max-Age=0/);
      control.refusal = { status: 401, code: 'session_ended', message: 'over' };
      expect(codeOf(await send('GET', '/auth/session', headers))).toBe('session_ended');
      const other = `switchyard-session=${secrets.newToken()}`;
      control.refusal = undefined;
      await send('GET', '/auth/session', { cookie: other });
      control.refusal = { status: 401, code: 'session_ended', message: 'over' };
      await eventually(
        async () => expect((await send('GET', '/auth/session', { cookie: other })).statusCode).toBe(401),
        {
          withinMilliseconds: 30_000,
        },
      );
    });

    it('is no session when it is not one of ours, is sent twice, or comes with a key', async () => {
      for (const cookie of ['switchyard-session=x', `${COOKIE}; ${COOKIE}`, 'other=1'])
        expect((await send('GET', '/auth/session', { cookie })).statusCode).toBe(401);
      const answer = await send('GET', '/auth/session', { cookie: COOKIE, authorization: 'Bearer wrong' });
      expect([answer.statusCode, codeOf(answer)]).toEqual([401, 'invalid_api_key']);
      expect(control.asked).toEqual([]);
    });
  });

  it('ends a sign-in at an identity provider only in the browser that began it', async () => {
    const start = await send('GET', '/auth/oidc/corporate/start');
    expect(start.headers.location).toBe('https://login.example.com/auth?state=x');
    expect(String(start.headers['set-cookie'])).toMatch(/^switchyard-flow=.*HttpOnly; SameSite=Lax; Max-Age=600$/);
    const without = await send('GET', '/auth/oidc/corporate/callback?code=c&state=x');
    expect(without.headers.location).toBe('/auth/sign-in?error=sign_in_expired');
    const back = await send('GET', '/auth/oidc/corporate/callback?code=c&state=x', {
      cookie: `switchyard-flow=${TOKEN}`,
    });
    expect([back.statusCode, back.headers.location]).toEqual([303, '/docs']);
    expect(back.headers['set-cookie']).toEqual([
      expect.stringMatching(/^switchyard-flow=;/),
      expect.stringContaining(`switchyard-session=${TOKEN}`),
    ]);
    expect(control.asked.at(-1)?.query).toMatchObject({
      query: 'code=c&state=x',
      flow: secrets.hash('oidc-flow', TOKEN),
    });
  });

  it('sets cookies that only we can set and only TLS carries, where browsers come by TLS', async () => {
    const behindTls = await startIngressForTests(SNAPSHOT, nats, { SWITCHYARD_PUBLIC_URL: 'https://sy.example.com' });
    try {
      const headers = { host: 'sy.example.com', 'content-type': 'application/json' };
      const enter = (origin: string) =>
        behindTls.http.inject({
          method: 'POST',
          url: '/auth/sign-in',
          headers: { ...headers, origin },
          payload: JSON.stringify(PASSWORD),
        });
      expect((await enter('http://sy.example.com')).statusCode).toBe(403);
      expect(String((await enter('https://sy.example.com')).headers['set-cookie'])).toMatch(
        /^__Host-switchyard-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+; Secure$/,
      );
      const plain = await behindTls.http.inject({ url: '/auth/session', headers: { ...headers, cookie: COOKIE } });
      expect(plain.statusCode).toBe(401);
    } finally {
      await behindTls.stop();
    }
  });

  it('keeps no answer with a session for a repetition', async () => {
    for (let count = 0; count < 2; count += 1)
      expect((await send('POST', '/auth/sign-in', { 'idempotency-key': 'again' }, PASSWORD)).statusCode).toBe(200);
    expect(control.asked.filter(({ subject }) => subject === Subject.signIn)).toHaveLength(2);
  });
});
