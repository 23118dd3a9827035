import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { eventually, startOidcProviderForTests, type OidcProviderForTests } from '#libs/testing';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { BrowserSession, type SeenAnswer } from './browser-session.js';
import { call } from './http-call.js';
import { journeyConfiguration, modelFields, OUR_KEY } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { PROJECT_FOLDER } from './project-folder.js';
import { browserProgram, RealBrowser, tellOfNoBrowser } from './real-browser.js';
import { StackForTests } from './stack-for-tests.js';

const PASSWORD = 'a long phrase of four words';
const EMAIL = 'dev@demo.example';
/** Somebody who comes by the pages alone. */
const GUEST = 'guest@demo.example';
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
}, 180_000);

afterAll(async () => {
  await stack?.stop();
  await provider?.stop();
}, 90_000);

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

/** A new viewer's invitation, as the admin API gives it. */
async function invite(email: string, organization = 'demo'): Promise<string> {
  const at = `${stack.url}/admin/v1/organizations/${organization}/members`;
  const member = await call(at, { key: stack.adminKey, body: { email, role: 'viewer' } });
  const { id } = JSON.parse(member.text) as { id: string };
  const { text } = await call(`${at}/${id}/invitation`, { key: stack.adminKey, body: {} });
  return (JSON.parse(text) as { token: string }).token;
}

/** Sends the form of the page of invitations; resolves to where it leads. */
async function accept(browser: BrowserSession, fields: Record<string, string>): Promise<unknown> {
  const { headers } = await browser.send('POST', '/auth/invitations/accept', new URLSearchParams(fields).toString());
  return headers['location'];
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

  journey('are listed at the terminal with the place of their role', async () => {
    // Who has joined needs no invitation to a further role.
    const further = await members('invite', EMAIL, '--project', 'default', '--role', 'billing');
    expect(further).toMatchObject({ email: EMAIL, role: 'billing', project: 'default' });
    expect(await members('list')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ email: EMAIL, role: 'admin' }),
        expect.objectContaining({ email: EMAIL, role: 'billing', project: 'default', managedBy: 'api' }),
      ]),
    );
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

  journey(
    'have the role that they are given, at once',
    async () => {
      const { stdout } = await run(process.execPath, [join(PROJECT_FOLDER, 'dist/services/cli/src/main.js'), '--help']);
      expect(stdout).toContain('members');
      expect(await members('role', EMAIL, 'viewer')).toMatchObject({ email: EMAIL, role: 'viewer' });
      await eventually(async () => expect((await chat(browser, 'small')).status).toBe(403));
      expect(await members('remove', EMAIL)).toMatchObject({ role: 'viewer', deleted: true });
      expect(await members('remove', EMAIL)).toMatchObject({ role: 'billing', project: 'default', deleted: true });
      await eventually(async () => {
        const { json } = await browser.send('GET', '/auth/session');
        expect(json['grants']).toEqual([]);
      });
      await expect(members('remove', EMAIL)).rejects.toThrow(/no member there/);
    },
    60_000,
  );

  journey('sign out, and the cookie is worth nothing from then on', async () => {
    const stolen = new BrowserSession(stack.url);
    for (const [name, value] of browser.cookies) stolen.cookies.set(name, value);
    expect((await stolen.send('GET', '/auth/session')).status).toBe(200);
    expect((await browser.send('POST', '/auth/sign-out', {})).status).toBe(200);
    expect(browser.cookies.size).toBe(0);
    await eventually(async () => expect((await stolen.send('GET', '/auth/session')).status).toBe(401));
  });

  journey('join by an invitation at its page, once, before its end, and by nothing that is none', async () => {
    const guest = new BrowserSession(stack.url);
    const token = await invite(GUEST);
    expect(await accept(guest, { token, password: PASSWORD })).toBe('/auth/account');
    expect((await guest.send('GET', '/auth/account')).text).toContain(`You are signed in as ${GUEST}`);
    const late = await invite('late@demo.example');
    await stack.query(`UPDATE control.invitations SET expires_at = now() WHERE email = 'late@demo.example'`);
    for (const worthless of [token, late, ...guest.cookies.values(), 'x'.repeat(43), 'x']) {
      const visitor = new BrowserSession(stack.url);
      const location = await accept(visitor, { token: worthless, password: PASSWORD });
      expect([location, visitor.cookies.size]).toEqual(['/auth/invitation?error=invalid_invitation', 0]);
      expect((await visitor.send('GET', String(location))).text).toContain('was used or has expired');
    }
  });

  journey('join another organization by their own session, and not by somebody else’s or none', async () => {
    const token = await invite(GUEST, 'acme');
    const [guest, other] = [new BrowserSession(stack.url), new BrowserSession(stack.url)];
    await accept(other, { token: await invite('other@demo.example'), password: PASSWORD });
    const tokenOfPage = async (visitor: BrowserSession) =>
      /name="csrf_token" value="([^"]+)"/.exec((await visitor.send('GET', '/auth/invitation')).text)?.[1] ?? '';
    for (const visitor of [guest, other]) {
      const fields = { token, password: '', csrf_token: await tokenOfPage(visitor) };
      expect(await accept(visitor, fields)).toBe('/auth/invitation?error=sign_in_first');
    }
    expect((await guest.send('POST', '/auth/sign-in', { email: GUEST, password: PASSWORD })).status).toBe(200);
    const joined = { token, password: '', csrf_token: await tokenOfPage(guest) };
    expect(await accept(guest, joined)).toBe('/auth/account');
    const { json } = await guest.send('GET', '/auth/session');
    expect(json['grants']).toEqual(expect.arrayContaining([expect.objectContaining({ organization: 'acme' })]));
    expect(json['grants']).toHaveLength(2);
  });

  journey('are out on all other browsers when they say so, when their time is over, and by a reset', async () => {
    const enter = async () => {
      const entered = new BrowserSession(stack.url);
      expect((await entered.send('POST', '/auth/sign-in', { email: GUEST, password: PASSWORD })).status).toBe(200);
      return entered;
    };
    const isOut = async (one: BrowserSession) => {
      for (const path of ['/auth/session', '/v1/models', '/admin/v1/organizations']) {
        const { status, json } = await one.send('GET', path);
        expect([path, status, json.error?.code]).toEqual([path, 401, 'session_ended']);
      }
    };
    const [here, there] = [await enter(), await enter()];
    expect((await there.send('GET', '/v1/models')).status).toBe(200);
    const { json: listed } = await here.send('GET', '/auth/sessions');
    const { length } = listed['data'] as unknown[];
    const { json: ended } = await here.send('DELETE', '/auth/sessions');
    expect(ended['ended']).toBe(length - 1);
    await eventually(() => isOut(there));
    expect((await here.send('GET', '/v1/models')).status).toBe(200);
    for (const over of ['expires_at = now()', "last_seen_at = now() - interval '121 minutes'"]) {
      const late = await enter();
      await stack.query(
        `UPDATE control.sessions SET ${over} WHERE created_at = (SELECT max(created_at) FROM control.sessions)`,
      );
      await isOut(late);
    }
    const { kind, token } = await members('invite', GUEST, '--reset');
    expect(kind).toBe('reset');
    const password = `${PASSWORD}, and another`;
    const back = await new BrowserSession(stack.url).send('POST', '/auth/invitations/accept', { token, password });
    expect(back.status).toBe(200);
    await eventually(() => isOut(here));
    const before = await new BrowserSession(stack.url).send('POST', '/auth/sign-in', {
      email: GUEST,
      password: PASSWORD,
    });
    expect(before.json.error?.code).toBe('invalid_credentials');
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

const program = browserProgram();
if (program === undefined) tellOfNoBrowser();

(program === undefined ? describe.skip : describe)('the pages, in a real browser', () => {
  const ADDRESS = 'browser@demo.example';
  let real: RealBrowser;
  const signedInAs = (page: RealBrowser['page']) => page.getByText(`You are signed in as ${ADDRESS}.`);

  beforeAll(async () => {
    real = await RealBrowser.start(program ?? '', stack.url);
  }, 60_000);
  afterAll(async () => {
    await real?.stop();
  });

  journey('tell what there is to call, and lead people to sign in', async () => {
    const { page } = real;
    await page.goto(stack.url);
    expect([page.url(), await page.title()]).toEqual([`${stack.url}/docs`, 'Switchyard API']);
    const entry = page.locator('details', { hasText: '/v1/chat/completions' }).first();
    await entry.locator('summary').click();
    expect(await entry.locator('p').isVisible()).toBe(true);
    await page.getByRole('link', { name: 'your account' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(page.url()).toBe(`${stack.url}/auth/sign-in?return_to=%2Fauth%2Faccount`);
  });

  journey('take an invitation with a password that is long enough, and keep the session from scripts', async () => {
    const { page } = real;
    await page.goto(`${stack.url}/auth/invitation`);
    await page.getByLabel('Invitation').fill(await invite(ADDRESS));
    await page.getByLabel('New password').fill('short');
    await page.getByRole('button', { name: 'Accept' }).click();
    expect(await page.locator('input:invalid').getAttribute('name')).toBe('password');
    await page.getByLabel('New password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Accept' }).click();
    await signedInAs(page).waitFor();
    expect(await page.getByRole('listitem').allTextContents()).toEqual(['viewer of demo']);
    expect(await page.context().cookies()).toMatchObject([
      { name: 'switchyard-session', httpOnly: true, sameSite: 'Lax' },
    ]);
  });

  journey('sign out so that no way back shows anything, say what is wrong, and sign in', async () => {
    const { page } = real;
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await page.context().cookies()).toEqual([]);
    await page.goBack();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    for (const [password, heading] of [
      [`${PASSWORD}.`, 'Sign in'],
      [PASSWORD, 'Signed in'],
    ] as const) {
      await page.getByLabel('Mail address').fill(ADDRESS);
      await page.getByLabel('Password').fill(password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      if (password !== PASSWORD) await page.getByRole('alert').waitFor();
      await page.getByRole('heading', { name: heading, exact: true }).waitFor();
    }
    await signedInAs(page).waitFor();
  });

  journey('join another organization without another password, and never made the browser complain', async () => {
    const { page } = real;
    await page.goto(`${stack.url}/auth/invitation`);
    await page.getByLabel('Invitation').fill(await invite(ADDRESS, 'acme'));
    await page.getByRole('button', { name: 'Accept' }).click();
    await signedInAs(page).waitFor();
    expect(await page.getByRole('listitem').allTextContents()).toEqual(['viewer of demo', 'viewer of acme']);
    expect(real.complaints).toEqual([]);
  });
});
