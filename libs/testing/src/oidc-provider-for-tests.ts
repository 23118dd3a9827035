import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import type { Configuration } from 'oidc-provider';

const CLIENT = { client_id: 'switchyard', client_secret: 'a-secret-of-the-client' };

/** Somebody who has an account at the identity provider. */
export type AccountClaims = Readonly<Record<string, unknown>>;

/** A real OpenID Connect provider on a loopback port, whose login page asks nothing: the test says who is there. */
export interface OidcProviderForTests {
  readonly url: string;
  readonly client: typeof CLIENT;
  /** Goes through the provider as a browser does, and gives the query that it sends back. */
  readonly visit: (location: string, subject: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/**
 * Starts one that knows these accounts, by their subject, and sends browsers back to `redirectUri` alone. It is loaded here,
 * so that other tests do not wait for it.
 */
export async function startOidcProviderForTests(
  accounts: Readonly<Record<string, AccountClaims>>,
  redirectUri: string,
): Promise<OidcProviderForTests> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { Provider } = await import('oidc-provider');
  const provider = new Provider(url, configurationOf(accounts, redirectUri));
  let subject = '';
  provider.use(async (context, next) => {
    if (!context.path.startsWith('/interaction/')) return next();
    const details = await provider.interactionDetails(context.req, context.res);
    const grant = new provider.Grant({ accountId: subject, clientId: CLIENT.client_id });
    grant.addOIDCScope('openid email profile');
    const consent = { grantId: await grant.save() };
    const result = details.prompt.name === 'login' ? { login: { accountId: subject } } : { consent };
    return provider.interactionFinished(context.req, context.res, result);
  });
  const answer = provider.callback();
  server.on('request', (request, response) => void answer(request, response));
  return {
    url,
    client: CLIENT,
    visit: async (location, who) => {
      subject = who;
      return followTo(location, redirectUri);
    },
    stop: async () => stopped(server),
  };
}

function configurationOf(accounts: Readonly<Record<string, AccountClaims>>, redirectUri: string): Configuration {
  return {
    clients: [
      { ...CLIENT, redirect_uris: [redirectUri], grant_types: ['authorization_code'], response_types: ['code'] },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['groups'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    cookies: { keys: ['a key of the test'] },
    ttl: { Session: 600, Grant: 600, Interaction: 600, AccessToken: 600, IdToken: 600, AuthorizationCode: 60 },
    findAccount: (_context, id) =>
      Object.hasOwn(accounts, id) ? { accountId: id, claims: async () => ({ ...accounts[id], sub: id }) } : undefined,
  };
}

/** Follows redirects with the cookies that were set, as far as the address that is ours. */
async function followTo(location: string, redirectUri: string): Promise<string> {
  const cookies = new Map<string, string>();
  let next = location;
  for (let hops = 0; hops < 10; hops += 1) {
    if (next.startsWith(`${redirectUri}?`)) return next.slice(redirectUri.length + 1);
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(next, { redirect: 'manual', headers: { cookie, connection: 'close' } });
    const text = await answer.text();
    for (const one of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (one.split(';')[0] ?? '').split(/=(.*)/s);
      cookies.set(name, value);
    }
    const onward = answer.headers.get('location');
    if (onward === null) throw new Error(`the provider answered ${answer.status}: ${text.slice(0, 500)}`);
    next = new URL(onward, next).href;
  }
  throw new Error('the provider sends a browser round in circles');
}

async function stopped(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
