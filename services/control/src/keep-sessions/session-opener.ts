import { randomBytes } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import type { OpenedSession, SessionState, Visitor } from '#libs/contracts';
import { Settings } from '#libs/runtime';
import { SignInSecrets } from '#libs/secrets';
import type { Transaction } from '#libs/storage';

import { PeopleRepository, type Person } from '../keep-people/people.repository.js';
import { PersonGrants, type SignedInBy } from '../keep-people/person-grants.js';
import { PersonNotes } from '../keep-people/person-notes.js';
import { sessionObject, SessionsRepository, type StoredSession } from './sessions.repository.js';

const ID_BYTES = 12;

/** Who signs in how and from where; `before` is the hash of the session that their browser had. */
export interface Entrance {
  readonly person: Person;
  readonly signedInBy: SignedInBy;
  readonly visitor: Visitor;
  readonly before?: string | undefined;
}

/** Begins sessions. Each sign-in gets a token of its own, and the session that the browser had before ends. */
@Injectable()
export class SessionOpener {
  private readonly secrets: SignInSecrets;

  constructor(
    private readonly settings: Settings,
    private readonly sessions: SessionsRepository,
    private readonly people: PeopleRepository,
    private readonly grants: PersonGrants,
    private readonly notes: PersonNotes,
  ) {
    this.secrets = new SignInSecrets(settings.secretKey);
  }

  /** Within the transaction of what somebody did to be let in. */
  async open(transaction: Transaction, { person, signedInBy, visitor, before }: Entrance): Promise<OpenedSession> {
    const { idleMinutes, sessionHours } = this.settings.signIn;
    if (before !== undefined) await this.sessions.end(transaction, before);
    const token = this.secrets.newToken();
    const hash = this.secrets.hash('session', token) ?? '';
    const id = `session_${randomBytes(ID_BYTES).toString('hex')}`;
    await this.sessions.add(transaction, { hash, id, person: person.id, signedInBy, ...visitor }, sessionHours);
    await this.people.markSignedIn(transaction, person.id);
    const opened = await this.sessions.find(hash, idleMinutes, transaction);
    if (!opened) throw new Error('a session that was just made is gone');
    const state = await this.stateOf(opened, transaction);
    await this.notes.add(transaction, person, state.grants, {
      type: 'session.opened',
      subject: { kind: 'session', id },
      detail: { email: person.email, signedInBy, ...visitor },
    });
    return { ...state, token };
  }

  /** Whose a session is and what they may do now. */
  async stateOf(session: StoredSession, reader?: Pick<Transaction, 'query'>): Promise<SessionState> {
    const person = { id: session.person, email: session.email };
    return {
      session: sessionObject(session),
      person,
      grants: await this.grants.of(person, session.signedInBy, reader),
    };
  }
}
