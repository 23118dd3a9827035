import { Injectable } from '@nestjs/common';

import type { PersonList, PersonObject, PersonPage, PersonRead, PersonUpdate } from '#libs/contracts';
import { pageAfter } from '#libs/messaging';
import { abilityOf } from '#libs/permission';

import { adminRefusal } from '../change-documents/admin-refusals.js';
import { PeopleRepository, personObject } from '../keep-people/people.repository.js';
import { SessionsRepository } from '../keep-sessions/sessions.repository.js';
import { noteOf } from '../note-changes/change-note.js';
import { OutgoingMessagesRepository } from '../note-changes/outgoing-messages.repository.js';
import { OutgoingRelay } from '../note-changes/outgoing-relay.js';

/** Accounts of people, which are the installation's: only the operator sees and disables them. */
@Injectable()
export class PeopleHandler {
  constructor(
    private readonly people: PeopleRepository,
    private readonly sessions: SessionsRepository,
    private readonly outgoing: OutgoingMessagesRepository,
    private readonly relay: OutgoingRelay,
  ) {}

  async list({ caller, after, limit }: PersonList): Promise<PersonPage> {
    requireOperator(caller, 'read');
    const page = await this.people.list(after ?? '', limit + 1);
    const people = await pageAfter(page, { id: after }, (id) => this.people.find(id));
    return { people: people.slice(0, limit).map(personObject), hasMore: people.length > limit };
  }

  /** @throws QueryRefused 404 */
  async read({ caller, id }: PersonRead): Promise<PersonObject> {
    requireOperator(caller, 'read');
    const person = await this.people.find(id);
    if (!person) throw adminRefusal.notFound('person', id);
    return personObject(person);
  }

  /** A disabled account signs in no more, and its sessions end. @throws QueryRefused 404 */
  async update({ caller, id, disabled }: PersonUpdate): Promise<PersonObject> {
    requireOperator(caller, 'update');
    const person = await this.people.change(async (transaction) => {
      const changed = await this.people.disable(transaction, id, disabled);
      if (!changed) throw adminRefusal.notFound('person', id);
      const ended = disabled ? await this.sessions.endOf(transaction, id) : [];
      const note = noteOf(caller, {
        type: disabled ? 'person.disabled' : 'person.enabled',
        subject: { kind: 'person', id },
        detail: { email: changed.email, sessionsEnded: ended.length },
      });
      await this.outgoing.add(transaction, [note]);
      return changed;
    });
    this.relay.nudge();
    return personObject(person);
  }
}

function requireOperator(caller: PersonRead['caller'], action: 'read' | 'update'): void {
  if (!abilityOf(caller).anywhere({ action, subject: 'Person' }))
    throw adminRefusal.notAllowed(`${action} accounts of people`);
}
