import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { eventually, startOidcProviderForTests, type OidcProviderForTests } from '#libs/testing';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { BrowserSession, type SeenAnswer } from './browser-session.js';
import { journeyConfiguration, modelFields, OUR_KEY } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { PROJECT_FOLDER } from './project-folder.js';
import { StackForTests } from './stack-for-tests.js';

const PASSWORD = 'a long phrase of four words';
const EMAIL = 'dev@demo.example';
const SSO = { sso: { email: 'sso@demo.example', email_verified: true, groups: ['engineering'] } };
const run = promisify(execFile);

let stack: StackForTests;
let provider: OidcProviderForTests | undefined;
const journey = journeysOn(() => stack);
const configuration = journeyConfiguration({ toy: { kind: 'sim' } }, [
  modelFields('small', [{ provider: 'toy', model: 'sim-small' }]),
  modelFields('large', [{ provider: 'toy', model: 'sim-large' }]),
]) as { organizations: object[] };

beforeAll(async () => {
  stack = await StackForTests.start(withPlan('free-of-large'));
}, 120_000);

afterAll(async () => {
  await stack?.stop();
  await provider?.stop();
}, 60_000);

function withPlan(plan: string, more: object = {}): object {
  const [ours, ...others] = configuration.organizations;
  return {
    ...configuration,
    plans: [
      { name: 'free-of-large', models: ['small'] },
      { name: 'all', models: ['small', 'large'] },
    ],
    organizations: [{ ...ours, plan }, ...others],
    ...more,
  };
}

/** The command as an operator runs it. */
async function members(...parameters: string[]): Promise<Record<string, unknown>> {
  const entry = join(PROJECT_FOLDER, 'dist', 'services', 'cli', 'src', 'main.js');
  const command = [entry, 'members', ...parameters, '--organization', 'demo', '--json'];
  const { stdout } = await run(process.execPath, command, {
    env: { PATH: process.env['PATH'], SWITCHYARD_URL: stack.url, SWITCHYARD_ADMIN_KEY: stack.adminKey },
  });
  return JSON.parse(stdout) as Record<string, unknown>;
}

const chat = (browser: BrowserSession, model: string, headers: Record<string, string> = {}): Promise<SeenAnswer> =>
  browser.send('POST', '/v1/chat/completions', { model, messages: [{ role: 'user', content: 'hi' }] }, headers);

describe('people who sign in', () => {
  let browser: BrowserSession;

  journey('are invited at the terminal, choose a password, and are in', async () => {
    const invitation = await members('invite', EMAIL, '--role', 'admin');
    expect(invitation).toMatchObject({ email: EMAIL, kind: 'invitation' });
    browser = new BrowserSession(stack.url);
    const weak = await browser.send('POST', '/auth/invitations/accept', {
      token: invitation['token'],
      password: 'password1234',
    });
    expect(weak.json.error?.code).toBe('weak_password');
    const accepted = await browser.send('POST', '/auth/invitations/accept', {
      token: invitation['token'],
      password: PASSWORD,
    });
    expect([accepted.status, accepted.json['person']]).toMatchObject([200, { email: EMAIL }]);
    const again = await new BrowserSession(stack.url).send('POST', '/auth/invitations/accept', {
      token: invitation['token'],
      password: PASSWORD,
    });
    expect(again.json.error?.code).toBe('invalid_invitation');
  });

  journey('sign in with it, and do what their role allows; changes with the token of the session alone', async () => {
    browser = new BrowserSession(stack.url);
    const wrong = await browser.send('POST', '/auth/sign-in', { email: EMAIL, password: `${PASSWORD}.` });
    expect([wrong.status, wrong.json.error?.code]).toEqual([401, 'invalid_credentials']);
    expect((await browser.send('POST', '/auth/sign-in', { email: EMAIL, password: PASSWORD })).status).toBe(200);
    expect((await browser.send('GET', '/admin/v1/organizations/demo/projects')).status).toBe(200);
    expect((await browser.send('GET', '/admin/v1/organizations/acme')).status).toBe(404);
    expect((await browser.send('GET', '/admin/v1/people')).status).toBe(403);
    const key = { project: 'default', name: 'by-session' };
    const make = (headers: Record<string, string>) =>
      browser.send('POST', '/admin/v1/organizations/demo/keys', key, headers);
    expect((await make({ 'x-csrf-token': 'forged' })).json.error?.code).toBe('csrf_token_required');
    expect((await make({ origin: 'https://evil.example' })).json.error?.code).toBe('cross_origin_request');
    const made = await make({});
    expect([made.status, made.json.error]).toEqual([201, undefined]);
    await eventually(async () => {
      const trail = await browser.send('GET', '/v1/audit/events?limit=1000&order=desc');
      const data = trail.json['data'] as { type: string }[];
      expect(data.map(({ type }) => type)).toEqual(expect.arrayContaining(['session.opened', 'key.created']));
    });
  });

  journey('call models under the plan of their organization, as the plan is at the moment', async () => {
    expect((await chat(browser, 'small')).status).toBe(200);
    expect((await chat(browser, 'large')).status).toBe(404);
    const elsewhere = await chat(browser, 'small', { 'x-switchyard-project': 'acme/default' });
    expect(elsewhere.json.error?.code).toBe('no_role_in_project');
    await stack.configure(withPlan('all'));
    await eventually(async () => expect((await chat(browser, 'large')).status).toBe(200));
  });

  journey('have the role that they are given, at once', async () => {
    const { stdout } = await run(process.execPath, [join(PROJECT_FOLDER, 'dist/services/cli/src/main.js'), '--help']);
    expect(stdout).toContain('members');
    expect(await members('role', EMAIL, 'viewer')).toMatchObject({ email: EMAIL, role: 'viewer' });
    await eventually(async () => expect((await chat(browser, 'small')).status).toBe(403));
    expect(await members('remove', EMAIL)).toMatchObject({ deleted: true });
    await eventually(async () => {
      const { json } = await browser.send('GET', '/auth/session');
      expect(json['grants']).toEqual([]);
    });
    await expect(members('remove', EMAIL)).rejects.toThrow(/no member there/);
  });

  journey('sign out, and the cookie is worth nothing from then on', async () => {
    const stolen = new BrowserSession(stack.url);
    for (const [name, value] of browser.cookies) stolen.cookies.set(name, value);
    expect((await stolen.send('GET', '/auth/session')).status).toBe(200);
    expect((await browser.send('POST', '/auth/sign-out', {})).status).toBe(200);
    expect(browser.cookies.size).toBe(0);
    await eventually(async () => expect((await stolen.send('GET', '/auth/session')).status).toBe(401));
  });

  journey('come from an identity provider, with the role that a claim gives them', async () => {
    const callback = `${stack.url}/auth/oidc/corporate/callback`;
    provider = await startOidcProviderForTests(SSO, callback);
    const { client_id: clientId, client_secret: clientSecret } = provider.client;
    const autoJoin = [{ organization: 'demo', role: 'developer', claim: 'groups', value: 'engineering' }];
    const oidc = [{ name: 'corporate', label: 'Demo SSO', issuer: provider.url, clientId, clientSecret, autoJoin }];
    await stack.configure(withPlan('all', { signIn: { oidc } }));
    const visitor = new BrowserSession(stack.url);
    await eventually(async () => expect((await visitor.send('GET', '/auth/sign-in')).text).toContain('Demo SSO'));
    const start = await visitor.send('GET', '/auth/oidc/corporate/start?return_to=/docs');
    const query = await provider.visit(String(start.headers['location']), 'sso');
    const stranger = await new BrowserSession(stack.url).send('GET', `/auth/oidc/corporate/callback?${query}`);
    expect(stranger.headers['location']).toBe('/auth/sign-in?error=sign_in_expired');
    const back = await visitor.send('GET', `/auth/oidc/corporate/callback?${query}`);
    expect([back.status, back.headers['location']]).toEqual([303, '/docs']);
    const { json } = await visitor.send('GET', '/auth/session');
    expect(json['grants']).toEqual([{ role: 'developer', organization: 'demo' }]);
    expect((await chat(visitor, 'small')).status).toBe(200);
    const logs = [...(await stack.logs()).values()].join('\n');
    for (const secret of [clientSecret, PASSWORD, OUR_KEY, ...visitor.cookies.values()])
      expect(logs).not.toContain(secret);
  });
});
