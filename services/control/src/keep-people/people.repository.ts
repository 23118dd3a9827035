import { randomBytes } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import type { PersonObject } from '#libs/contracts';
import { Database, type Transaction } from '#libs/storage';

/** Somebody who can sign in. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly passwordHash: string | null;
  readonly disabledAt: Date | null;
  readonly createdAt: Date;
  readonly lastSignedInAt: Date | null;
}

type Reader = Pick<Transaction, 'query'>;

const ID_BYTES = 12;
const COLUMNS = `id, email, password_hash AS "passwordHash", disabled_at AS "disabledAt", created_at AS "createdAt",
  last_signed_in_at AS "lastSignedInAt"`;
const FIND_BY_EMAIL = `SELECT ${COLUMNS} FROM control.people WHERE email = $1`;
const FIND = `SELECT ${COLUMNS} FROM control.people WHERE id = $1`;
const LIST = `SELECT ${COLUMNS} FROM control.people WHERE id > $1 ORDER BY id LIMIT $2`;
const ADD = `
INSERT INTO control.people (id, email) VALUES ($1, $2)
ON CONFLICT (email) DO UPDATE SET email = excluded.email RETURNING ${COLUMNS}`;
const SET_PASSWORD = `UPDATE control.people SET password_hash = $2 WHERE id = $1`;
const MARK_SIGNED_IN = `UPDATE control.people SET last_signed_in_at = now() WHERE id = $1`;
const DISABLE = `
UPDATE control.people SET disabled_at = CASE WHEN $2 THEN coalesce(disabled_at, now()) END WHERE id = $1
RETURNING ${COLUMNS}`;
const JOIN = `
INSERT INTO control.person_organizations (person, organization) VALUES ($1, $2) ON CONFLICT DO NOTHING`;
const ORGANIZATIONS = `SELECT organization FROM control.person_organizations WHERE person = $1`;
const FIND_BY_IDENTITY = `
SELECT ${COLUMNS} FROM control.people WHERE id =
  (SELECT person FROM control.person_identities WHERE issuer = $1 AND subject = $2)`;
const ADD_IDENTITY = `
INSERT INTO control.person_identities (issuer, subject, person) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`;

/** People who can sign in, by their mail address in small letters or by who they are at an identity provider. */
@Injectable()
export class PeopleRepository {
  constructor(private readonly database: Database) {}

  async change<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  async findByEmail(email: string, reader: Reader = this.database): Promise<Person | undefined> {
    return (await reader.query<Person>(FIND_BY_EMAIL, [email.toLowerCase()]))[0];
  }

  async find(id: string, reader: Reader = this.database): Promise<Person | undefined> {
    return (await reader.query<Person>(FIND, [id]))[0];
  }

  async findByIdentity(issuer: string, subject: string): Promise<Person | undefined> {
    return (await this.database.query<Person>(FIND_BY_IDENTITY, [issuer, subject]))[0];
  }

  async list(after: string, limit: number): Promise<Person[]> {
    return this.database.query<Person>(LIST, [after, limit]);
  }

  /** The person with this address, made and locked where there was none. */
  async ensure(transaction: Transaction, email: string): Promise<Person> {
    const id = `person_${randomBytes(ID_BYTES).toString('hex')}`;
    const [person] = await transaction.query<Person>(ADD, [id, email.toLowerCase()]);
    if (!person) throw new Error('a person that was just made is gone');
    return person;
  }

  async setPassword(transaction: Transaction, id: string, passwordHash: string): Promise<void> {
    await transaction.query(SET_PASSWORD, [id, passwordHash]);
  }

  async markSignedIn(transaction: Transaction, id: string): Promise<void> {
    await transaction.query(MARK_SIGNED_IN, [id]);
  }

  async disable(transaction: Transaction, id: string, isDisabled: boolean): Promise<Person | undefined> {
    return (await transaction.query<Person>(DISABLE, [id, isDisabled]))[0];
  }

  /** The organisation has vouched for who signs in by this person's password. */
  async join(transaction: Transaction, id: string, organization: string): Promise<void> {
    await transaction.query(JOIN, [id, organization]);
  }

  async organizationsOf(id: string, reader: Reader = this.database): Promise<string[]> {
    return (await reader.query<{ organization: string }>(ORGANIZATIONS, [id])).map(({ organization }) => organization);
  }

  async addIdentity(transaction: Transaction, issuer: string, subject: string, id: string): Promise<void> {
    await transaction.query(ADD_IDENTITY, [issuer, subject, id]);
  }
}

/** A person as the admin API shows them. */
export function personObject({ id, email, passwordHash, disabledAt, createdAt, lastSignedInAt }: Person): PersonObject {
  return {
    object: 'person',
    id,
    email,
    disabled: disabledAt !== null,
    hasPassword: passwordHash !== null,
    createdAt: createdAt.toISOString(),
    lastSignedInAt: lastSignedInAt?.toISOString() ?? null,
  };
}
