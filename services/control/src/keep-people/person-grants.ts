import { Injectable } from '@nestjs/common';

import { roleGrantSchema, type RoleGrant } from '#libs/contracts';
import { Database, type Transaction } from '#libs/storage';

import { ConfigurationInForce } from '../apply-configuration/configuration-in-force.js';
import { PeopleRepository, type Person } from './people.repository.js';

/** How somebody signed in: by password, or at one of the configured issuers. */
export type SignedInBy = 'password' | `oidc:${string}`;

/** In the order in which they were given: where somebody names no project, they act in the first of theirs. */
const STORED = `
SELECT organization, document FROM control.documents WHERE kind = 'member' AND lower(document ->> 'email') = $1
ORDER BY created_at, organization, name`;

interface Membership {
  readonly organization: string;
  readonly document: Readonly<Record<string, unknown>>;
}

/**
 * What somebody is, by their memberships as they are now and by how they signed in: an organisation's membership counts where
 * that organisation, or the operator, vouches for this way of signing in. Whoever else made an account under the same address
 * gains nothing by it.
 */
@Injectable()
export class PersonGrants {
  constructor(
    private readonly database: Database,
    private readonly people: PeopleRepository,
    private readonly inForce: ConfigurationInForce,
  ) {}

  async of(
    person: Pick<Person, 'id' | 'email'>,
    signedInBy: string,
    reader: Pick<Transaction, 'query'> = this.database,
  ): Promise<RoleGrant[]> {
    const vouching = await this.vouching(person.id, signedInBy, reader);
    const all = await this.ofAddress(person.email, reader);
    return vouching === undefined ? all : all.filter(({ organization }) => vouching.includes(organization));
  }

  /** Every role of an address, whoever may sign in with it. */
  async ofAddress(email: string, reader: Pick<Transaction, 'query'> = this.database): Promise<RoleGrant[]> {
    const address = email.toLowerCase();
    const inFile = this.inForce.held.documents.flatMap(({ kind, organization, document }) =>
      kind === 'member' && organization !== undefined && String(document['email']).toLowerCase() === address
        ? [{ organization, document }]
        : [],
    );
    const stored = await reader.query<Membership>(STORED, [address]);
    const grants = [...inFile, ...stored].flatMap(({ organization, document }) => {
      const { role, project } = document;
      return roleGrantSchema.safeParse({ role, organization, project }).data ?? [];
    });
    // What the file says of a place counts before what the API keeps of it.
    return grants.filter((grant, index) => grants.findIndex((one) => isSamePlace(one, grant)) === index);
  }

  /** The organisations that vouch for this way of signing in; undefined where all do. */
  private async vouching(
    id: string,
    signedInBy: string,
    reader: Pick<Transaction, 'query'>,
  ): Promise<readonly string[] | undefined> {
    if (signedInBy === 'password') return this.people.organizationsOf(id, reader);
    const issuer = this.inForce.held.issuers.find(({ name }) => `oidc:${name}` === signedInBy);
    return issuer ? issuer.organizations : [];
  }
}

function isSamePlace(left: RoleGrant, right: RoleGrant): boolean {
  return left.organization === right.organization && left.project === right.project;
}
