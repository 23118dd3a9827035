import { Injectable } from '@nestjs/common';

import { Database } from '#libs/storage';

/** A browser on its way to an identity provider and back. */
export interface OidcFlow {
  readonly hash: string;
  readonly issuer: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
  readonly returnTo: string;
}

const MINUTES = 10;
const ADD = `
INSERT INTO control.oidc_flows (hash, issuer, state, nonce, code_verifier, redirect_uri, return_to, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, now() + ${MINUTES} * interval '1 minute')`;
const DROP_OLD = `
DELETE FROM control.oidc_flows WHERE hash IN (SELECT hash FROM control.oidc_flows WHERE expires_at <= now() LIMIT 100)`;
const TAKE = `
DELETE FROM control.oidc_flows WHERE hash = $1 AND issuer = $2 AND expires_at > now()
RETURNING hash, issuer, state, nonce, code_verifier AS "codeVerifier", redirect_uri AS "redirectUri",
  return_to AS "returnTo"`;

/** Flows by the hash of the token that their browser keeps; each ends once. */
@Injectable()
export class OidcFlowsRepository {
  constructor(private readonly database: Database) {}

  async add({ hash, issuer, state, nonce, codeVerifier, redirectUri, returnTo }: OidcFlow): Promise<void> {
    await this.database.query(DROP_OLD);
    await this.database.query(ADD, [hash, issuer, state, nonce, codeVerifier, redirectUri, returnTo]);
  }

  async take(hash: string, issuer: string): Promise<OidcFlow | undefined> {
    return (await this.database.query<OidcFlow>(TAKE, [hash, issuer]))[0];
  }
}
