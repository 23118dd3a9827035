import { Injectable } from '@nestjs/common';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  AuthorizationResponseError,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientSecretBasic,
  ClientSecretPost,
  discovery,
  fetchUserInfo,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  ResponseBodyError,
  type Configuration,
} from 'openid-client';

import { ServiceLogger } from '#libs/runtime';

import type { OidcIssuer } from '../compile-configuration/sign-in/oidc-issuer.js';
import { canonicalJson } from '../apply-configuration/canonical-json.policy.js';
import { signInRefusal } from '../sign-in-locally/sign-in-refusals.js';
import type { OidcFlow } from './oidc-flows.repository.js';

const ANSWER_WITHIN_SECONDS = 10;
const LOOK_AGAIN_MILLISECONDS = 3_600_000;

/** What an identity provider says of somebody. */
export type Claims = Readonly<Record<string, unknown>> & { readonly sub: string };

/** The conversation with identity providers: discovery, authorization code with PKCE, state and nonce. */
@Injectable()
export class OidcIssuers {
  private readonly known = new Map<string, { readonly found: Promise<Configuration>; readonly at: number }>();

  constructor(private readonly log: ServiceLogger) {}

  /** Where a browser is sent, and what has to be known when it comes back. @throws QueryRefused 503 */
  async begin(
    issuer: OidcIssuer,
    redirectUri: string,
  ): Promise<Pick<OidcFlow, 'state' | 'nonce' | 'codeVerifier'> & { readonly location: string }> {
    const configuration = await this.configurationOf(issuer);
    const [state, nonce, codeVerifier] = [randomState(), randomNonce(), randomPKCECodeVerifier()];
    const location = buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope: issuer.scopes.join(' '),
      state,
      nonce,
      code_challenge: await calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
    });
    return { location: location.href, state, nonce, codeVerifier };
  }

  /** Whom the browser that came back brings. @throws QueryRefused 401 where the provider refused or its answer is not for this flow, 503 */
  async finish(issuer: OidcIssuer, flow: OidcFlow, query: string): Promise<Claims> {
    const configuration = await this.configurationOf(issuer);
    try {
      const address = new URL(`${flow.redirectUri}?${query}`);
      const tokens = await authorizationCodeGrant(configuration, address, {
        expectedState: flow.state,
        expectedNonce: flow.nonce,
        pkceCodeVerifier: flow.codeVerifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (!claims) throw signInRefusal.issuerRefused();
      if (typeof claims['email'] === 'string' || !configuration.serverMetadata().userinfo_endpoint) return claims;
      const more = await fetchUserInfo(configuration, tokens.access_token, claims.sub);
      return { ...more, ...claims };
    } catch (error) {
      this.log.info({ issuer: issuer.name, reason: reasonOf(error) }, 'an identity provider let nobody in');
      throw isNetworkFailure(error) ? signInRefusal.issuerUnavailable() : signInRefusal.issuerRefused();
    }
  }

  /** What the issuer publishes of itself, looked at again every hour and after a failure. */
  private async configurationOf(issuer: OidcIssuer): Promise<Configuration> {
    const name = canonicalJson(issuer);
    const known = this.known.get(name);
    if (known && Date.now() - known.at < LOOK_AGAIN_MILLISECONDS) return known.found;
    const found = discover(issuer);
    this.known.set(name, { found, at: Date.now() });
    try {
      return await found;
    } catch (error) {
      this.known.delete(name);
      this.log.warn({ issuer: issuer.name, reason: reasonOf(error) }, 'an identity provider cannot be discovered');
      throw signInRefusal.issuerUnavailable();
    }
  }
}

async function discover({ issuer, clientId, clientSecret, clientAuthentication }: OidcIssuer): Promise<Configuration> {
  const url = new URL(issuer);
  // Only a loopback address gets this far without TLS.
  const execute = url.protocol === 'http:' ? [allowInsecureRequests] : [];
  const byBasic = clientAuthentication === 'basic' ? ClientSecretBasic : ClientSecretPost;
  const authentication = clientSecret === undefined ? None() : byBasic(clientSecret);
  return discovery(url, clientId, undefined, authentication, { execute, timeout: ANSWER_WITHIN_SECONDS });
}

/** The codes of the protocol and of the library; never what was sent or received. */
function reasonOf(error: unknown): string {
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) return error.error;
  const { code, message } = error as { code?: unknown; message?: unknown };
  return String(code ?? message);
}

function isNetworkFailure(error: unknown): boolean {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return error instanceof TypeError || name === 'TimeoutError' || code === 'OAUTH_TIMEOUT';
}
