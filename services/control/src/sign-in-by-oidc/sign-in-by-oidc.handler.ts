import { Injectable } from '@nestjs/common';

import type { IssuerList, OidcFinish, OidcFinished, OidcStart, OidcStarted } from '#libs/contracts';
import { QueryRefused } from '#libs/messaging';
import { ServiceLogger, Settings } from '#libs/runtime';
import { SignInSecrets } from '#libs/secrets';

import { ConfigurationInForce } from '../apply-configuration/configuration-in-force.js';
import type { OidcIssuer } from '../compile-configuration/sign-in/oidc-issuer.js';
import { PeopleRepository, type Person } from '../keep-people/people.repository.js';
import { PersonGrants } from '../keep-people/person-grants.js';
import { PersonNotes } from '../keep-people/person-notes.js';
import { SessionOpener } from '../keep-sessions/session-opener.js';
import { SignInAttempts } from '../sign-in-locally/sign-in-attempts.repository.js';
import { signInRefusal } from '../sign-in-locally/sign-in-refusals.js';
import { AutoJoiner } from './auto-joiner.js';
import { verifiedAddressOf } from './claims.policy.js';
import { OidcFlowsRepository } from './oidc-flows.repository.js';
import { OidcIssuers, type Claims } from './oidc-issuers.js';

/** Lets people in whom a configured identity provider vouches for. */
@Injectable()
export class SignInByOidcHandler {
  private readonly secrets: SignInSecrets;

  constructor(
    settings: Settings,
    private readonly inForce: ConfigurationInForce,
    private readonly issuers: OidcIssuers,
    private readonly flows: OidcFlowsRepository,
    private readonly attempts: SignInAttempts,
    private readonly people: PeopleRepository,
    private readonly grants: PersonGrants,
    private readonly joiner: AutoJoiner,
    private readonly opener: SessionOpener,
    private readonly notes: PersonNotes,
    private readonly log: ServiceLogger,
  ) {
    this.secrets = new SignInSecrets(settings.secretKey);
  }

  list(): IssuerList {
    return { issuers: this.inForce.held.issuers.map(({ name, label }) => ({ name, label })) };
  }

  /** @throws QueryRefused 404 for an issuer that is not configured, 429 for too many from one address, 503 */
  async start({ issuer: name, redirectUri, returnTo, visitor }: OidcStart): Promise<OidcStarted> {
    const issuer = this.requireIssuer(name);
    await this.attempts.take(visitor.address);
    const { location, ...begun } = await this.issuers.begin(issuer, redirectUri);
    const flow = this.secrets.newToken();
    const hash = this.secrets.hash('oidc-flow', flow) ?? '';
    await this.flows.add({ hash, issuer: name, ...begun, redirectUri, returnTo });
    return { location, flow };
  }

  /** @throws QueryRefused 400 for a flow that is over or another browser's, 401 and 403 for who is not let in, 503 */
  async finish({ issuer: name, query, flow: hash, visitor, before }: OidcFinish): Promise<OidcFinished> {
    const issuer = this.requireIssuer(name);
    const flow = await this.flows.take(hash, name);
    if (!flow) throw signInRefusal.flowUnknown();
    const who: { email?: string; person?: string } = {};
    try {
      const claims = await this.issuers.finish(issuer, flow, query);
      const person = await this.personOf(issuer, claims, who);
      const signedInBy = `oidc:${name}` as const;
      const opened = await this.people.change((transaction) =>
        this.opener.open(transaction, { person, signedInBy, visitor, before }),
      );
      return { ...opened, returnTo: flow.returnTo };
    } catch (error) {
      await this.tellFailure(who, { issuer: name, ...visitor, reason: codeOf(error) });
      throw error;
    }
  }

  /** The person by who they are at the issuer; at their first time by a mail address that the issuer vouches for. */
  private async personOf(
    issuer: OidcIssuer,
    claims: Claims,
    who: { email?: string; person?: string },
  ): Promise<Person> {
    const known = await this.people.findByIdentity(issuer.issuer, claims.sub);
    const email = known?.email ?? verifiedAddressOf(claims, issuer.trustEmail);
    if (email === undefined) throw signInRefusal.addressUnverified();
    who.email = email;
    const existing = known ?? (await this.people.findByEmail(email));
    if (existing) who.person = existing.id;
    if (existing?.disabledAt) throw signInRefusal.disabled();
    await this.joiner.join(issuer, claims, email);
    const roles = await this.grants.ofAddress(email);
    const isVouchedFor = roles.some(({ organization }) => issuer.organizations?.includes(organization) ?? true);
    if (!isVouchedFor) throw signInRefusal.notAMember();
    if (known) return known;
    return this.people.change(async (transaction) => {
      const person = await this.people.ensure(transaction, email);
      await this.people.addIdentity(transaction, issuer.issuer, claims.sub, person.id);
      return person;
    });
  }

  private async tellFailure(
    { email, person = 'unknown' }: { email?: string; person?: string },
    detail: Record<string, unknown>,
  ): Promise<void> {
    this.log.info({ person, reason: detail['reason'] }, 'somebody could not sign in');
    await this.people.change(async (transaction) => {
      const grants = email === undefined ? [] : await this.grants.ofAddress(email, transaction);
      await this.notes.add(transaction, { id: person }, grants, {
        type: 'sign-in.refused',
        subject: { kind: 'person', id: person },
        detail: { ...(email === undefined ? {} : { email }), ...detail },
      });
    });
  }

  private requireIssuer(name: string): OidcIssuer {
    const issuer = this.inForce.held.issuers.find((one) => one.name === name);
    if (!issuer) throw signInRefusal.unknownIssuer(name);
    return issuer;
  }
}

function codeOf(error: unknown): string {
  return error instanceof QueryRefused ? error.reply.code : 'internal_error';
}
