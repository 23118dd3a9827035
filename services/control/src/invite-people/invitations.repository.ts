import { Injectable } from '@nestjs/common';

import type { RoleGrant } from '#libs/contracts';
import { Database, type Transaction } from '#libs/storage';

/** An invitation, or a reset of a password, that was not used yet. */
export interface StoredInvitation {
  readonly hash: string;
  readonly email: string;
  readonly organization: string;
  readonly kind: 'invitation' | 'reset';
  /** What the person was when it was made: it is worth nothing once they are something else. */
  readonly grants: RoleGrant[];
  readonly createdBy: string;
}

const COLUMNS = `hash, email, organization, kind, grants, created_by AS "createdBy"`;
const FIND = `SELECT ${COLUMNS} FROM control.invitations WHERE hash = $1 AND expires_at > now()`;
const USE = `DELETE FROM control.invitations WHERE hash = $1 AND expires_at > now() RETURNING ${COLUMNS}`;
const DROP_OTHERS = 'DELETE FROM control.invitations WHERE (email = $1 AND organization = $2) OR expires_at <= now()';
const ADD = `
INSERT INTO control.invitations (hash, email, organization, kind, grants, created_by, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, now() + $7 * interval '1 hour') RETURNING expires_at AS "expiresAt"`;

/** Invitations by the hash of their token. */
@Injectable()
export class InvitationsRepository {
  constructor(private readonly database: Database) {}

  /** One for each address and organisation: the one before is worth nothing from now on. Resolves to when it ends. */
  async add(transaction: Transaction, invitation: StoredInvitation, hours: number): Promise<Date> {
    const { hash, email, organization, kind, grants, createdBy } = invitation;
    await transaction.query(DROP_OTHERS, [email, organization]);
    const parameters = [hash, email, organization, kind, JSON.stringify(grants), createdBy, hours];
    const [added] = await transaction.query<{ expiresAt: Date }>(ADD, parameters);
    if (!added) throw new Error('an invitation that was just made is gone');
    return added.expiresAt;
  }

  async find(hash: string): Promise<StoredInvitation | undefined> {
    return (await this.database.query<StoredInvitation>(FIND, [hash]))[0];
  }

  /** Takes it, once; undefined where somebody else did before. */
  async use(transaction: Transaction, hash: string): Promise<StoredInvitation | undefined> {
    return (await transaction.query<StoredInvitation>(USE, [hash]))[0];
  }
}
