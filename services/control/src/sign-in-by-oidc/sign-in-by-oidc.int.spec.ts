import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { SignInSecrets } from '#libs/secrets';
import { eventually, startOidcProviderForTests, type OidcProviderForTests } from '#libs/testing';

import {
  hashOf,
  newVisitor,
  PASSWORD,
  refused,
  startPeopleForTests,
  type PeopleForTests,
} from '../administer-people/people.fixture.js';
import { SECRET_KEY } from '../control.fixture.js';

const START_MILLISECONDS = 60_000;
const SECRET = 'a-secret-of-the-client';
const REDIRECT = 'http://127.0.0.1:9/auth/oidc/corporate/callback';
const ACCOUNTS = {
  dev: { email: 'Dev@Acme.example', email_verified: true },
  unverified: { email: 'owner@acme.example', email_verified: false },
  silent: { email: 'owner@acme.example' },
  stranger: { email: 'stranger@elsewhere.example', email_verified: true },
  joiner: { email: 'joiner@acme.example', email_verified: true, groups: ['all', 'engineering'] },
  squatted: { email: 'squatted@acme.example', email_verified: true },
};
const fileOf = (issuer: string): string => `
version: 1
providers: { toy: { kind: sim } }
models:
  - { name: small, targets: [ { provider: toy, model: sim-small, price: { inputPerMillion: "1", outputPerMillion: "1" } } ] }
organizations:
  - name: acme
    projects: [ { name: web } ]
    members:
      - { email: dev@acme.example, role: developer, project: web }
      - { email: owner@acme.example, role: owner }
      - { email: squatted@acme.example, role: viewer }
  - name: other
    projects: [ { name: lab } ]
    members: [ { email: dev@acme.example, role: owner }, { email: squatted@acme.example, role: owner } ]
signIn:
  oidc:
    - name: corporate
      label: Acme SSO
      issuer: ${issuer}
      clientId: switchyard
      clientSecret: ${SECRET}
      organizations: [ acme ]
      autoJoin: [ { organization: acme, role: viewer, claim: groups, value: engineering } ]
`;

describe('people who sign in at an identity provider', () => {
  let provider: OidcProviderForTests;
  let on: PeopleForTests;
  const secrets = new SignInSecrets(SECRET_KEY);

  beforeAll(async () => {
    provider = await startOidcProviderForTests(ACCOUNTS, REDIRECT);
    on = await startPeopleForTests(fileOf(provider.url));
  }, START_MILLISECONDS);
  afterAll(async () => {
    await on?.control.stop();
    await provider?.stop();
  }, START_MILLISECONDS);

  const start = () =>
    on.people.startOidc({ issuer: 'corporate', redirectUri: REDIRECT, returnTo: '/docs', visitor: newVisitor() });
  const finish = (flow: string, query: string) =>
    on.people.finishOidc({
      issuer: 'corporate',
      flow: secrets.hash('oidc-flow', flow) ?? '',
      query,
      visitor: newVisitor(),
    });
  async function enter(who: keyof typeof ACCOUNTS) {
    const { location, flow } = await start();
    return finish(flow, await provider.visit(location, who));
  }

  it('are known by a verified address, then by their subject, and have the roles that the issuer vouches for', async () => {
    const first = await enter('dev');
    expect(first).toMatchObject({ person: { email: 'dev@acme.example' }, returnTo: '/docs' });
    expect(first.grants).toEqual([{ role: 'developer', organization: 'acme', project: 'web' }]);
    const second = await enter('dev');
    expect(second.person).toEqual(first.person);
    expect(second.session.signedInBy).toBe('oidc:corporate');
    expect(await on.noteOf('session.opened', 'dev@acme.example')).toMatchObject({ organization: 'acme' });
  });

  it('are sent with PKCE, state and nonce of their own', async () => {
    const [one, two] = [new URL((await start()).location), new URL((await start()).location)];
    for (const { searchParams } of [one, two])
      expect(Object.fromEntries(searchParams)).toMatchObject({ code_challenge_method: 'S256', response_type: 'code' });
    for (const name of ['state', 'nonce', 'code_challenge'])
      expect(one.searchParams.get(name)).not.toBe(two.searchParams.get(name));
  });

  it.each([
    ['unverified', 'email_not_verified'],
    ['silent', 'email_not_verified'],
    ['stranger', 'not_a_member'],
  ] as const)('are not let in when they are %s', async (who, code) => {
    await expect(enter(who)).rejects.toMatchObject(refused(403, code));
    await eventually(() =>
      expect(on.notes.some(({ type, detail }) => type === 'sign-in.refused' && detail?.['reason'] === code)).toBe(true),
    );
  });

  it('end a flow once, in the browser that began it, with the answer that is meant for it', async () => {
    const [one, two] = [await start(), await start()];
    const query = await provider.visit(one.location, 'dev');
    await expect(finish(secrets.newToken(), query)).rejects.toMatchObject(refused(400, 'sign_in_expired'));
    await expect(finish(two.flow, query)).rejects.toMatchObject(refused(401, 'sign_in_refused'));
    await finish(one.flow, query);
    await expect(finish(one.flow, query)).rejects.toMatchObject(refused(400, 'sign_in_expired'));
    const three = await start();
    await expect(finish(three.flow, 'error=access_denied&state=x')).rejects.toMatchObject(
      refused(401, 'sign_in_refused'),
    );
    const late = await start();
    await on.control.database.query('UPDATE control.oidc_flows SET expires_at = now()');
    await expect(finish(late.flow, query)).rejects.toMatchObject(refused(400, 'sign_in_expired'));
  });

  it('become members by a claim, once, and stay what they were made since', async () => {
    const joined = await enter('joiner');
    expect(joined.grants).toEqual([{ role: 'viewer', organization: 'acme' }]);
    expect((await enter('joiner')).grants).toEqual(joined.grants);
    expect(await on.control.database.query("SELECT 1 FROM control.documents WHERE kind = 'member'")).toHaveLength(1);
  });

  it('gain nothing by a password, nor who has their password by the issuer', async () => {
    const bySso = await enter('squatted');
    const { token } = await on.invite('squatted@acme.example', { organization: 'other' });
    const byPassword = await on.accept(token, PASSWORD);
    expect(byPassword.person.id).toBe(bySso.person.id);
    expect(byPassword.grants).toEqual([{ role: 'owner', organization: 'other' }]);
    expect((await enter('squatted')).grants).toEqual([{ role: 'viewer', organization: 'acme' }]);
  });

  it('have no role left once the issuer is taken out of the configuration; its secret is nowhere', async () => {
    const session = await enter('dev');
    const kept = JSON.stringify(await on.control.database.query('SELECT * FROM control.configuration_versions'));
    expect(kept).not.toContain(SECRET);
    expect(JSON.stringify(on.control.messaging.snapshotWatch.current)).not.toContain(SECRET);
    on.control.save(fileOf(provider.url).replace(/signIn:[^]*/, ''));
    await eventually(async () => expect((await on.people.check({ hash: hashOf(session) })).grants).toEqual([]));
    await expect(start()).rejects.toMatchObject(refused(404, 'unknown_issuer'));
    on.control.save(fileOf('http://127.0.0.1:9'));
    await eventually(async () => expect((await on.people.issuers()).issuers).toHaveLength(1));
    await expect(start()).rejects.toMatchObject(refused(503, 'issuer_unavailable'));
  });
});
