import { Injectable } from '@nestjs/common';

import type { InvitationAccept, OpenedSession, RoleGrant } from '#libs/contracts';
import { Settings } from '#libs/runtime';
import { SignInSecrets } from '#libs/secrets';
import type { Transaction } from '#libs/storage';

import { canonicalJson } from '../apply-configuration/canonical-json.policy.js';
import { PeopleRepository, type Person } from '../keep-people/people.repository.js';
import { PersonGrants } from '../keep-people/person-grants.js';
import { PersonNotes } from '../keep-people/person-notes.js';
import { SessionOpener } from '../keep-sessions/session-opener.js';
import { SessionsRepository } from '../keep-sessions/sessions.repository.js';
import { reasonAgainstPassword } from '../sign-in-locally/password-rules.policy.js';
import { Passwords } from '../sign-in-locally/passwords.js';
import { signInRefusal } from '../sign-in-locally/sign-in-refusals.js';
import { InvitationsRepository, type StoredInvitation } from './invitations.repository.js';

/** Lets somebody in by the token of an invitation or of a reset. */
@Injectable()
export class AcceptInvitationHandler {
  private readonly secrets: SignInSecrets;

  constructor(
    private readonly settings: Settings,
    private readonly people: PeopleRepository,
    private readonly grants: PersonGrants,
    private readonly invitations: InvitationsRepository,
    private readonly passwords: Passwords,
    private readonly sessions: SessionsRepository,
    private readonly opener: SessionOpener,
    private readonly notes: PersonNotes,
  ) {
    this.secrets = new SignInSecrets(settings.secretKey);
  }

  /**
   * Who has no password yet, or a reset, chooses one; who has one is signed in with it and only joins the organisation.
   * @throws QueryRefused 400 for an unknown token or a weak password, 409 `sign_in_first`; the token can be used again then
   */
  async accept({ token, password, session, visitor, before }: InvitationAccept): Promise<OpenedSession> {
    const hash = this.secrets.hash('invitation', token);
    const found = hash === undefined ? undefined : await this.invitations.find(hash);
    if (!found) throw signInRefusal.invalidInvitation();
    const existing = await this.people.findByEmail(found.email);
    const setsPassword = found.kind === 'reset' || !existing?.passwordHash;
    if (!setsPassword) await this.requireSignedIn(existing, session);
    const passwordHash = setsPassword ? await this.newPassword(password, found.email) : undefined;
    return this.people.change(async (transaction) => {
      const invitation = await this.invitations.use(transaction, found.hash);
      if (!invitation) throw signInRefusal.invalidInvitation();
      const person = await this.people.ensure(transaction, invitation.email);
      // Somebody else may have set a password since it was looked at.
      if (person.passwordHash !== (existing?.passwordHash ?? null)) throw signInRefusal.invalidInvitation();
      if (person.disabledAt) throw signInRefusal.invalidInvitation();
      await this.requireUnchanged(transaction, invitation, person);
      if (passwordHash !== undefined) await this.people.setPassword(transaction, person.id, passwordHash);
      const ended = passwordHash === undefined ? [] : await this.sessions.endOf(transaction, person.id);
      await this.people.join(transaction, person.id, invitation.organization);
      await this.notes.add(transaction, person, [{ role: 'viewer', organization: invitation.organization }], {
        type: invitation.kind === 'reset' ? 'password.reset' : 'invitation.accepted',
        subject: { kind: 'person', id: person.id },
        detail: { email: person.email, invitedBy: invitation.createdBy, sessionsEnded: ended.length, ...visitor },
      });
      return this.opener.open(transaction, { person, signedInBy: 'password', visitor, before });
    });
  }

  private async newPassword(password: string | undefined, email: string): Promise<string> {
    if (password === undefined) throw signInRefusal.passwordMissing();
    const weakness = reasonAgainstPassword(password, email);
    if (weakness !== undefined) throw signInRefusal.weakPassword(weakness, 'password');
    return this.passwords.hash(password);
  }

  /** Only who knows the password joins another organisation by it. */
  private async requireSignedIn(person: Person | undefined, session: string | undefined): Promise<void> {
    const held =
      session === undefined ? undefined : await this.sessions.find(session, this.settings.signIn.idleMinutes);
    if (!person || held?.person !== person.id || held.signedInBy !== 'password')
      throw signInRefusal.signInFirst(person?.email ?? '');
  }

  /** Who made it could give away what the person was then. What they have become since they might not. */
  private async requireUnchanged(
    transaction: Transaction,
    { kind, grants, organization, email }: StoredInvitation,
    person: Person,
  ): Promise<void> {
    const now =
      kind === 'reset'
        ? await this.grants.of(person, 'password', transaction)
        : (await this.grants.ofAddress(email, transaction)).filter((grant) => grant.organization === organization);
    if (now.length === 0 || inOrder(now) !== inOrder(grants)) throw signInRefusal.invalidInvitation();
  }
}

function inOrder(grants: readonly RoleGrant[]): string {
  return grants
    .map((grant) => canonicalJson(grant))
    .toSorted()
    .join();
}
