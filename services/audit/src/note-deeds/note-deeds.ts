import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { actorOf, Consumer, type AuditNoted, type Caller } from '#libs/contracts';
import type { Transaction } from '#libs/storage';
import { entryOfNote } from '../record-event/note-entry.policy.js';
import { TrailRepository } from '../record-event/trail.repository.js';

const ID_BYTES = 12;

/** What was done to what, and where. */
export type Deed = Pick<AuditNoted, 'organization' | 'project' | 'type' | 'subject' | 'detail'>;

/** Writes what callers do with the trail itself into the trail, before they have the answer: reading, exporting, erasing. */
@Injectable()
export class NoteDeeds {
  constructor(private readonly trail: TrailRepository) {}

  /**
   * What `beside` does in Postgres belongs to the same transaction, so that deed and record are there, or neither.
   * @throws StorageUnavailable where it cannot be written, and then the deed must not be done; what `beside` throws, and then nothing is written
   */
  async note(caller: Caller, deed: Deed, beside?: (transaction: Transaction) => Promise<void>): Promise<void> {
    await this.trail.append([entryOfNote(noteOf(caller, deed))], Consumer.auditNotes.name, beside);
  }
}

/** The note of a deed that somebody does now. */
export function noteOf(caller: Caller, deed: Deed): AuditNoted {
  return {
    ...deed,
    noteId: `note_${randomBytes(ID_BYTES).toString('hex')}`,
    actor: actorOf(caller),
    happenedAt: Date.now(),
  };
}
