import { Injectable } from '@nestjs/common';

import { INSTALLATION_TRAIL, type Caller } from '#libs/contracts';
import { QueryRefused } from '#libs/messaging';
import { ServiceLogger } from '#libs/runtime';

import { ChangeDocumentsHandler } from '../change-documents/change-documents.handler.js';
import type { AutoJoin, OidcIssuer } from '../compile-configuration/sign-in/oidc-issuer.js';
import { PersonGrants } from '../keep-people/person-grants.js';
import { hasClaim } from './claims.policy.js';
import type { Claims } from './oidc-issuers.js';

/** Makes members of people by what their identity provider says of them, where the operator wants it so. */
@Injectable()
export class AutoJoiner {
  constructor(
    private readonly grants: PersonGrants,
    private readonly documents: ChangeDocumentsHandler,
    private readonly log: ServiceLogger,
  ) {}

  /** The first rule that fits counts in each place. Who is a member there already stays what they are. */
  async join(issuer: OidcIssuer, claims: Claims, email: string): Promise<void> {
    for (const rule of issuer.autoJoin) {
      if (!hasClaim(claims, rule.claim, rule.value)) continue;
      const held = await this.grants.ofAddress(email);
      const isThere = held.some(
        ({ organization, project }) => organization === rule.organization && project === rule.project,
      );
      if (!isThere) await this.make(issuer, rule, email);
    }
  }

  private async make(issuer: OidcIssuer, { organization, project, role }: AutoJoin, email: string): Promise<void> {
    try {
      await this.documents.change({
        caller: callerOf(issuer),
        kind: 'member',
        organization,
        name: 'new',
        action: 'create',
        document: { email, role, ...(project === undefined ? {} : { project }) },
      });
    } catch (error) {
      // Another sign-in of the same person was faster.
      if (!(error instanceof QueryRefused) || error.reply.code !== 'already_exists') throw error;
    }
    this.log.info({ organization, issuer: issuer.name }, 'somebody became a member by signing in');
  }
}

/** The operator's rule acts, and the trail names it. */
function callerOf({ name }: OidcIssuer): Caller {
  return {
    organization: INSTALLATION_TRAIL,
    project: INSTALLATION_TRAIL,
    key: `oidc-${name}`.slice(0, 63),
    admin: true,
  };
}
