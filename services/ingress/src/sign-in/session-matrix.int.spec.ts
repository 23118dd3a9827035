import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ROLES, Subject, type Caller, type RoleGrant, type Snapshot } from '#libs/contracts';
import { abilityOf, whoMay, type Permission } from '#libs/permission';
import { KeyHasher, SignInSecrets } from '#libs/secrets';
import { startNatsForTests, type NatsForTests } from '#libs/testing';
import type { LiveRoute } from '../describe-api/live-routes.js';
import { SECRET_KEY, startIngressForTests, type IngressForTests } from '../ingress.fixture.js';
import { hashIn, PlayedControl, sessionStateOf } from './played-control.fixture.js';

const START_MILLISECONDS = 60_000;
const HOST = '127.0.0.1:8080';
const ORIGIN = `http://${HOST}`;
const KEY = 'sk-of-a-program';
const PLACE = { organization: 'demo', project: 'web' };
const secrets = new SignInSecrets(SECRET_KEY);

/** What somebody is, by a name: each role in the whole organisation, one in one project of it, and nothing at all. */
const PEOPLE: Record<string, RoleGrant[]> = {
  nobody: [],
  ...Object.fromEntries(ROLES.map((role) => [`the ${role}`, [{ role, organization: 'demo' }]])),
  'the developer of web': [{ role: 'developer', ...PLACE }],
};

const SNAPSHOT: Snapshot = {
  version: 1,
  revision: 1,
  createdAt: 0,
  providers: [],
  models: [],
  organizations: [{ name: 'demo', projects: [{ name: 'web' }, { name: 'lab' }] }],
  keys: [{ ...PLACE, name: 'ci', admin: false, hash: new KeyHasher(SECRET_KEY).hash(KEY) }],
};

/** Anthropic's form names the kind of an error by its status and has no codes. */
const KIND_BY_STATUS: Record<number, string> = { 401: 'authentication_error', 403: 'permission_error' };

/** A route, and what it answered. */
interface Seen {
  readonly at: string;
  readonly status: number;
  readonly code: string | undefined;
}

function refusal(at: string, status: number, code: string): Seen {
  return { at, status, code: at.includes(' /v1/messages') ? KIND_BY_STATUS[status] : code };
}

/** What somebody who is signed in may call is found by the list of the routes that there are, as for keys. */
describe('every live route, for people who are signed in', () => {
  let nats: NatsForTests;
  let ingress: IngressForTests;
  let control: PlayedControl;
  const grantsByHash = new Map<string, RoleGrant[]>();

  beforeAll(async () => {
    nats = await startNatsForTests();
    ingress = await startIngressForTests(SNAPSHOT, nats);
    control = new PlayedControl(ingress.messaging.messaging, {
      [Subject.sessionCheck]: (query) =>
        sessionStateOf({ id: 'person_1', email: 'dev@demo.example' }, grantsByHash.get(hashIn(query)) ?? []),
    });
  }, START_MILLISECONDS);
  afterAll(async () => {
    await ingress.stop();
    await nats.stop();
  });
  beforeEach(() => control.forget());

  /** The headers of a page of ours where somebody who is this is signed in; a session of its own each time. */
  function signedIn(grants: RoleGrant[]): Record<string, string> {
    const token = secrets.newToken();
    grantsByHash.set(secrets.hash('session', token) ?? '', grants);
    return { cookie: `switchyard-session=${token}`, origin: ORIGIN, 'x-csrf-token': secrets.csrfTokenOf(token) };
  }

  async function see({ method, url }: Pick<LiveRoute, 'method' | 'url'>, headers: object): Promise<Seen> {
    const answer = await ingress.http.inject({
      method: method as 'GET',
      url: url.replaceAll(/:\w+|\*/g, 'some-id'),
      headers: { host: HOST, 'content-type': 'application/json', ...headers },
      ...(method === 'GET' ? {} : { payload: '{}' }),
    });
    const isJson = answer.body !== '' && String(answer.headers['content-type']).includes('json');
    const { error } = isJson ? answer.json<{ error?: { code?: string; type?: string } }>() : {};
    return { at: `${method} ${url}`, status: answer.statusCode, code: error?.code ?? error?.type };
  }

  const guarded = (): { route: LiveRoute; rule: Permission }[] =>
    ingress.routes.flatMap((route) => (route.rule && 'action' in route.rule ? [{ route, rule: route.rule }] : []));
  const forPeople = () => ingress.routes.filter(({ rule }) => rule && 'isForPeople' in rule);
  const closed = () => [...guarded().map(({ route }) => route), ...forPeople()];
  const changes = () => closed().filter(({ method }) => method !== 'GET');
  const seeAll = (routes: readonly LiveRoute[], headers: object) =>
    Promise.all(routes.map((route) => see(route, headers)));

  it.each(Object.keys(PEOPLE))('lets %s do what their roles say, says what is missing, and no more', async (name) => {
    const grants = PEOPLE[name] ?? [];
    const caller: Caller = { ...PLACE, key: 'person_1', admin: false, person: 'person_1', grants };
    const ability = abilityOf(caller);
    const headers = signedIn(grants);
    let refused = 0;
    for (const { route, rule } of guarded()) {
      const isAllowed = route.url.startsWith('/v1/') ? ability.at(rule, PLACE) : ability.anywhere(rule);
      const seen = await see(route, headers);
      expect([seen, ![401, 403].includes(seen.status)]).toEqual([seen, isAllowed]);
      if (isAllowed) continue;
      refused += 1;
      const { roles, scopes } = whoMay(rule);
      const missing = roles.length + scopes.length === 0 ? 'admin_key_required' : 'insufficient_permission';
      expect(seen).toEqual(refusal(seen.at, 403, missing));
    }
    expect(refused).toBeGreaterThan(0);
    const own = await seeAll(forPeople(), signedIn(grants));
    expect(own.filter(({ status }) => [401, 403].includes(status))).toEqual([]);
  });

  it.each([
    ['the owner', 'POST /admin/v1/organizations/:organization/members', 'GET /admin/v1/people'],
    ['the admin', 'POST /admin/v1/organizations/:organization/keys', 'POST /admin/v1/providers'],
    ['the developer', 'POST /v1/chat/completions', 'GET /admin/v1/organizations/:organization/members'],
    ['the billing', 'GET /v1/costs', 'POST /v1/chat/completions'],
    ['the auditor', 'GET /v1/audit/events', 'POST /v1/batches'],
    ['the viewer', 'GET /v1/usage', 'POST /admin/v1/organizations/:organization/members/:member/invitation'],
    ['the developer of web', 'POST /v1/batches', 'POST /admin/v1/configuration/apply'],
  ])('lets %s do %s but not %s', async (name, yes, no) => {
    const at = (address: string) => guarded().find(({ route }) => `${route.method} ${route.url}` === address)!.route;
    const grants = PEOPLE[name] ?? [];
    expect([401, 403]).not.toContain((await see(at(yes), signedIn(grants))).status);
    expect((await see(at(no), signedIn(grants))).status).toBe(403);
  });

  it('lets the owner of one project do nothing in another', async () => {
    const owner: RoleGrant[] = [{ role: 'owner', ...PLACE }];
    const ofProject = guarded().flatMap(({ route }) => (route.url.startsWith('/v1/') ? [route] : []));
    expect(ofProject.length).toBeGreaterThan(30);
    for (const project of ['demo/lab', 'acme/web']) {
      const seen = await seeAll(ofProject, { ...signedIn(owner), 'x-switchyard-project': project });
      expect(seen).toEqual(seen.map(({ at }) => refusal(at, 403, 'no_role_in_project')));
    }
  });

  it.each([
    ['without the token of the session', { 'x-csrf-token': undefined }, 'csrf_token_required'],
    ["with another session's token", { 'x-csrf-token': secrets.csrfTokenOf('x') }, 'csrf_token_required'],
    ['from a page of another origin', { origin: 'https://evil.example' }, 'cross_origin_request'],
    ['from nobody knows where', { origin: undefined }, 'cross_origin_request'],
  ])('changes nothing %s, not for the owner either', async (_what, twist, code) => {
    expect(changes().length).toBeGreaterThan(40);
    const grants: RoleGrant[] = [{ role: 'owner', organization: 'demo' }];
    const headers = Object.entries({ ...signedIn(grants), ...twist }).filter(([, value]) => value !== undefined);
    const seen = await seeAll(changes(), Object.fromEntries(headers));
    expect(seen).toEqual(seen.map(({ at }) => refusal(at, 403, code)));
  });

  it('is closed once the session has ended', async () => {
    control.refusal = { status: 401, code: 'session_ended', message: 'over' };
    const seen = await seeAll(closed(), signedIn([{ role: 'owner', organization: 'demo' }]));
    expect(seen).toEqual(seen.map(({ at }) => refusal(at, 401, 'session_ended')));
  });

  it('waits for control to know a session, and keys do not', async () => {
    control.refusal = { status: 503, code: 'temporarily_unavailable', message: 'later' };
    const models = { method: 'GET', url: '/v1/models' };
    const headers = signedIn([{ role: 'owner', organization: 'demo' }]);
    expect(await see(models, headers)).toMatchObject({ status: 503, code: 'temporarily_unavailable' });
    expect((await see(models, { authorization: `Bearer ${KEY}` })).status).toBe(200);
  });
});
