import { Injectable } from '@nestjs/common';

import { INSTALLATION_TRAIL, type Caller, type RoleGrant } from '#libs/contracts';
import type { Transaction } from '#libs/storage';

import { noteOf, type Happening } from '../note-changes/change-note.js';
import { OutgoingMessagesRepository } from '../note-changes/outgoing-messages.repository.js';
import { OutgoingRelay } from '../note-changes/outgoing-relay.js';
import type { Person } from './people.repository.js';

type Told = Pick<Happening, 'type' | 'subject' | 'detail'>;

/**
 * Notes of what people do to get in and out, for the trail of every organisation where they are something; where they are
 * nothing, or nobody knows them, for that of the installation.
 */
@Injectable()
export class PersonNotes {
  constructor(
    private readonly outgoing: OutgoingMessagesRepository,
    private readonly relay: OutgoingRelay,
  ) {}

  async add(
    transaction: Transaction,
    person: Pick<Person, 'id'>,
    grants: readonly RoleGrant[],
    told: Told,
  ): Promise<void> {
    const organizations = [...new Set(grants.map(({ organization }) => organization))];
    const trails = organizations.length > 0 ? organizations : [INSTALLATION_TRAIL];
    await this.outgoing.add(
      transaction,
      trails.map((organization) => noteOf(personAsCaller(person), { ...told, organization })),
    );
    this.relay.nudge();
  }
}

/** Somebody as the trail names them. */
function personAsCaller({ id }: Pick<Person, 'id'>): Caller {
  return {
    organization: INSTALLATION_TRAIL,
    project: INSTALLATION_TRAIL,
    key: id,
    admin: false,
    person: id,
    grants: [],
  };
}
