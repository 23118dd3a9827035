import { Injectable } from '@nestjs/common';

import type { SessionCheck, SessionEnd, SessionList, SessionsEnded, SessionState } from '#libs/contracts';
import { Settings } from '#libs/runtime';

import { PeopleRepository } from '../keep-people/people.repository.js';
import { PersonNotes } from '../keep-people/person-notes.js';
import { signInRefusal } from '../sign-in-locally/sign-in-refusals.js';
import { SessionOpener } from './session-opener.js';
import { sessionObject, SessionsRepository, type StoredSession } from './sessions.repository.js';

/** Looks at sessions and ends them, for who has one. */
@Injectable()
export class SessionsHandler {
  constructor(
    private readonly settings: Settings,
    private readonly sessions: SessionsRepository,
    private readonly people: PeopleRepository,
    private readonly opener: SessionOpener,
    private readonly notes: PersonNotes,
  ) {}

  /** @throws QueryRefused 401 `session_ended` */
  async check({ hash }: SessionCheck): Promise<SessionState> {
    return this.opener.stateOf(await this.require(hash));
  }

  /** All sessions of the person whose session it is. @throws QueryRefused 401 */
  async list({ hash }: SessionCheck): Promise<SessionList> {
    const { person } = await this.require(hash);
    const sessions = await this.sessions.listOf(person, this.settings.signIn.idleMinutes);
    return { sessions: sessions.map(sessionObject) };
  }

  /** @throws QueryRefused 401 for a session that has ended, 404 for another that is not the person's */
  async end({ hash, id, others = false }: SessionEnd): Promise<SessionsEnded> {
    const session = await this.require(hash);
    const { grants } = await this.opener.stateOf(session);
    return this.people.change(async (transaction) => {
      const isOwn = !others && (id === undefined || id === session.id);
      const ended = isOwn
        ? [(await this.sessions.end(transaction, hash))?.id ?? session.id]
        : await this.sessions.endOf(transaction, session.person, { id, except: hash });
      if (ended.length === 0 && id !== undefined) throw signInRefusal.unknownSession(id);
      for (const one of ended)
        await this.notes.add(transaction, { id: session.person }, grants, {
          type: 'session.ended',
          subject: { kind: 'session', id: one },
          detail: { email: session.email, by: session.id },
        });
      return { ended: ended.length };
    });
  }

  private async require(hash: string): Promise<StoredSession> {
    const session = await this.sessions.find(hash, this.settings.signIn.idleMinutes);
    if (!session) throw signInRefusal.sessionEnded();
    return session;
  }
}
