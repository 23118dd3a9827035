import { Injectable } from '@nestjs/common';

import type { SessionObject } from '#libs/contracts';
import { Database, type Transaction } from '#libs/storage';

/** A session that has not ended. */
export interface StoredSession {
  readonly hash: string;
  readonly id: string;
  readonly person: string;
  readonly email: string;
  readonly signedInBy: string;
  readonly address: string;
  readonly userAgent: string;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
}

export type NewSession = Pick<StoredSession, 'hash' | 'id' | 'person' | 'signedInBy' | 'address' | 'userAgent'>;

type Reader = Pick<Transaction, 'query'>;

const SEEN_EVERY_SECONDS = 30;
const COLUMNS = `session.hash, session.id, session.person, person.email, session.signed_in_by AS "signedInBy",
  session.address, session.user_agent AS "userAgent", session.created_at AS "createdAt",
  session.last_seen_at AS "lastSeenAt", session.expires_at AS "expiresAt"`;
/** Idle for less than `$2` minutes, before its end, and of somebody who may sign in. */
const ALIVE = `
FROM control.sessions session JOIN control.people person ON person.id = session.person
WHERE session.expires_at > now() AND session.last_seen_at > now() - $2 * interval '1 minute'
  AND person.disabled_at IS NULL`;
const FIND = `SELECT ${COLUMNS} ${ALIVE} AND session.hash = $1`;
const OF_PERSON = `SELECT ${COLUMNS} ${ALIVE} AND session.person = $1 ORDER BY session.last_seen_at DESC, session.id`;
const SEEN = `
UPDATE control.sessions SET last_seen_at = now()
WHERE hash = $1 AND last_seen_at < now() - ${SEEN_EVERY_SECONDS} * interval '1 second'`;
const ADD = `
INSERT INTO control.sessions (hash, id, person, signed_in_by, address, user_agent, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, now() + $7 * interval '1 hour')`;
const END_OLD = `
DELETE FROM control.sessions WHERE hash IN (SELECT hash FROM control.sessions WHERE expires_at <= now() LIMIT 100)`;
const END = 'DELETE FROM control.sessions WHERE hash = $1 RETURNING id, person';
const END_OF_PERSON = `
DELETE FROM control.sessions WHERE person = $1 AND ($2::text IS NULL OR id = $2) AND hash <> $3 RETURNING id`;

/** Sessions of people; one that is not here has ended. */
@Injectable()
export class SessionsRepository {
  constructor(private readonly database: Database) {}

  /** The session of this hash where it is alive, which from now on counts as seen. */
  async find(hash: string, idleMinutes: number, reader: Reader = this.database): Promise<StoredSession | undefined> {
    const [found] = await reader.query<StoredSession>(FIND, [hash, idleMinutes]);
    if (found && Date.now() - found.lastSeenAt.getTime() > SEEN_EVERY_SECONDS * 1_000) await reader.query(SEEN, [hash]);
    return found;
  }

  async listOf(person: string, idleMinutes: number): Promise<StoredSession[]> {
    return this.database.query<StoredSession>(OF_PERSON, [person, idleMinutes]);
  }

  async add(transaction: Transaction, session: NewSession, hours: number): Promise<void> {
    const { hash, id, person, signedInBy, address, userAgent } = session;
    await transaction.query(END_OLD);
    await transaction.query(ADD, [hash, id, person, signedInBy, address, userAgent, hours]);
  }

  /** Ends one; undefined where it had ended. */
  async end(transaction: Transaction, hash: string): Promise<{ id: string; person: string } | undefined> {
    return (await transaction.query<{ id: string; person: string }>(END, [hash]))[0];
  }

  /** Ends those of a person: the one with an id, or all, but not the one of the hash `except`. */
  async endOf(
    transaction: Transaction,
    person: string,
    { id, except = '' }: { id?: string | undefined; except?: string | undefined } = {},
  ): Promise<string[]> {
    return (await transaction.query<{ id: string }>(END_OF_PERSON, [person, id ?? null, except])).map((one) => one.id);
  }
}

/** A session as its person sees it. */
export function sessionObject(session: StoredSession): SessionObject {
  const { id, signedInBy, address, userAgent, createdAt, lastSeenAt, expiresAt } = session;
  return {
    object: 'session',
    id,
    signedInBy,
    address,
    userAgent,
    createdAt: createdAt.toISOString(),
    lastSeenAt: lastSeenAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}
