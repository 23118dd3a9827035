import { Injectable } from '@nestjs/common';

import type { Invitation, InvitationIssue, RoleGrant } from '#libs/contracts';
import { abilityOf, mayGrant } from '#libs/permission';
import { Settings } from '#libs/runtime';
import { SignInSecrets } from '#libs/secrets';

import { adminRefusal } from '../change-documents/admin-refusals.js';
import { ShownDocuments } from '../change-documents/shown-documents.js';
import { PeopleRepository, type Person } from '../keep-people/people.repository.js';
import { PersonGrants } from '../keep-people/person-grants.js';
import { nameOfCaller, noteOf } from '../note-changes/change-note.js';
import { OutgoingMessagesRepository } from '../note-changes/outgoing-messages.repository.js';
import { OutgoingRelay } from '../note-changes/outgoing-relay.js';
import { signInRefusal } from '../sign-in-locally/sign-in-refusals.js';
import { InvitationsRepository } from './invitations.repository.js';

/** Makes invitations for members, and resets of their passwords. The token is shown once, to the admin who hands it on. */
@Injectable()
export class InvitePeopleHandler {
  private readonly secrets: SignInSecrets;

  constructor(
    private readonly settings: Settings,
    private readonly shown: ShownDocuments,
    private readonly people: PeopleRepository,
    private readonly grants: PersonGrants,
    private readonly invitations: InvitationsRepository,
    private readonly outgoing: OutgoingMessagesRepository,
    private readonly relay: OutgoingRelay,
  ) {
    this.secrets = new SignInSecrets(settings.secretKey);
  }

  /**
   * Whoever has the token can be the person, so it is given to those only who could give away all that the person is.
   * @throws QueryRefused 404 for a member that is not there, 403 for one who is more, 409 where there is nothing to do
   */
  async issue({ caller, organization, member, reset }: InvitationIssue): Promise<Invitation> {
    await this.shown.requireOrganization(caller, organization);
    const { document } = await this.shown.read({ caller, kind: 'member', organization, name: member });
    const email = String(document['email']).toLowerCase();
    const project = typeof document['project'] === 'string' ? document['project'] : undefined;
    if (!abilityOf(caller).at({ action: 'create', subject: 'Member' }, { organization, project }))
      throw adminRefusal.notAllowed('invite members');
    const person = await this.people.findByEmail(email);
    const grants = await this.grantsAtStake({ person, email, organization, reset });
    if (!grants.every((grant) => mayGrant(caller, grant)))
      throw adminRefusal.moreThanGiver(reset ? `reset the password of '${email}'` : `invite '${email}'`);
    const token = this.secrets.newToken();
    const hash = this.secrets.hash('invitation', token) ?? '';
    const kind = reset ? ('reset' as const) : ('invitation' as const);
    const expiresAt = await this.people.change(async (transaction) => {
      const stored = { hash, email, organization, kind, grants, createdBy: nameOfCaller(caller) };
      const end = await this.invitations.add(transaction, stored, this.settings.signIn.invitationHours);
      const note = noteOf(caller, {
        organization,
        type: reset ? 'password-reset.created' : 'invitation.created',
        subject: { kind: 'member', id: member },
        detail: { email, expiresAt: end.toISOString() },
      });
      await this.outgoing.add(transaction, [note]);
      return end;
    });
    this.relay.nudge();
    return { object: 'invitation', email, organization, kind, token, expiresAt: expiresAt.toISOString() };
  }

  /** For a reset everything that the password opens, for an invitation what the organisation gives. */
  private async grantsAtStake(wanted: {
    readonly person: Person | undefined;
    readonly email: string;
    readonly organization: string;
    readonly reset: boolean;
  }): Promise<RoleGrant[]> {
    const { person, email, organization, reset } = wanted;
    const joined = person?.passwordHash ? await this.people.organizationsOf(person.id) : [];
    if (reset) {
      if (!person?.passwordHash) throw signInRefusal.nothingToReset(email);
      return this.grants.of(person, 'password');
    }
    if (joined.includes(organization)) throw signInRefusal.alreadyJoined(email);
    return (await this.grants.ofAddress(email)).filter((grant) => grant.organization === organization);
  }
}
