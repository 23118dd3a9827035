import { Injectable } from '@nestjs/common';

import type { OpenedSession, PasswordChange, SignIn } from '#libs/contracts';
import { ServiceLogger, Settings } from '#libs/runtime';

import { PeopleRepository, type Person } from '../keep-people/people.repository.js';
import { PersonGrants } from '../keep-people/person-grants.js';
import { PersonNotes } from '../keep-people/person-notes.js';
import { SessionOpener } from '../keep-sessions/session-opener.js';
import { SessionsRepository } from '../keep-sessions/sessions.repository.js';
import { reasonAgainstPassword } from './password-rules.policy.js';
import { Passwords } from './passwords.js';
import { SignInAttempts } from './sign-in-attempts.repository.js';
import { signInRefusal } from './sign-in-refusals.js';

const UNKNOWN = { id: 'unknown' } as const;

/** Lets people in by mail address and password, and changes passwords. */
@Injectable()
export class SignInLocallyHandler {
  constructor(
    private readonly settings: Settings,
    private readonly people: PeopleRepository,
    private readonly passwords: Passwords,
    private readonly attempts: SignInAttempts,
    private readonly opener: SessionOpener,
    private readonly sessions: SessionsRepository,
    private readonly grants: PersonGrants,
    private readonly notes: PersonNotes,
    private readonly log: ServiceLogger,
  ) {}

  /** @throws QueryRefused 401 in the same words and after the same time whatever is wrong, 429 after too many attempts */
  async signIn({ email, password, visitor, before }: SignIn): Promise<OpenedSession> {
    const person = await this.people.findByEmail(email);
    const tooMany = () => this.tellFailure(person, { email, ...visitor, way: 'password', reason: 'too many attempts' });
    await this.attempts.take(visitor.address, email, tooMany);
    const isRight = await this.passwords.isRight(person?.passwordHash, password);
    if (!person || !isRight || person.disabledAt) {
      await this.tellFailure(person, { email, ...visitor, way: 'password' });
      throw signInRefusal.wrongCredentials();
    }
    await this.attempts.succeeded(visitor.address, email);
    return this.people.change((transaction) =>
      this.opener.open(transaction, { person, signedInBy: 'password', visitor, before }),
    );
  }

  /**
   * Sets a new password for who knows the one before. Every session of theirs ends, and a new one begins.
   * @throws QueryRefused 401 for a session that ended or a wrong password, 400 for a weak one, 429 after too many attempts
   */
  async changePassword({ hash, currentPassword, newPassword, visitor }: PasswordChange): Promise<OpenedSession> {
    const session = await this.sessions.find(hash, this.settings.signIn.idleMinutes);
    const person = session && (await this.people.find(session.person));
    if (!person) throw signInRefusal.sessionEnded();
    if (person.passwordHash === null) throw signInRefusal.noPassword();
    await this.attempts.take(visitor.address, person.email);
    if (!(await this.passwords.isRight(person.passwordHash, currentPassword))) {
      await this.tellFailure(person, { email: person.email, ...visitor, way: 'password change' });
      throw signInRefusal.wrongCredentials();
    }
    const weakness = reasonAgainstPassword(newPassword, person.email);
    if (weakness !== undefined) throw signInRefusal.weakPassword(weakness, 'newPassword');
    await this.attempts.succeeded(visitor.address, person.email);
    const passwordHash = await this.passwords.hash(newPassword);
    return this.people.change(async (transaction) => {
      await this.people.setPassword(transaction, person.id, passwordHash);
      const ended = await this.sessions.endOf(transaction, person.id);
      const grants = await this.grants.of(person, 'password', transaction);
      await this.notes.add(transaction, person, grants, {
        type: 'password.changed',
        subject: { kind: 'person', id: person.id },
        detail: { email: person.email, sessionsEnded: ended.length, ...visitor },
      });
      return this.opener.open(transaction, { person, signedInBy: 'password', visitor });
    });
  }

  private async tellFailure(person: Person | undefined, detail: Record<string, unknown>): Promise<void> {
    this.log.info({ person: person?.id ?? null }, 'somebody could not sign in');
    await this.people.change(async (transaction) => {
      const grants = person ? await this.grants.of(person, 'password', transaction) : [];
      await this.notes.add(transaction, person ?? UNKNOWN, grants, {
        type: 'sign-in.refused',
        subject: { kind: 'person', id: person?.id ?? 'unknown' },
        detail,
      });
    });
  }
}
