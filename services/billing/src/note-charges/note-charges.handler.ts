import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Subject, type AuditNoted } from '#libs/contracts';
import { DurablePublisher } from '#libs/messaging';
import type { PricedEvent } from '../price-call/charge.policy.js';
import { StoredChargesRepository } from './stored-charges.repository.js';

const ID_DIGITS = 24;

/**
 * Tells the trail what was charged: one note for each organisation of a batch, with the charge of every request in it. A batch
 * that comes again, as after a crash between the books and this, is told again as the books have it, under the same id if it
 * holds the same requests; so a charge may be told twice, and never otherwise than it is.
 */
@Injectable()
export class NoteChargesHandler {
  constructor(
    private readonly stored: StoredChargesRepository,
    private readonly publisher: DurablePublisher,
  ) {}

  /** Resolves when the stream has the notes. `chargedBefore` are the requests whose charge is not that of their event here. */
  async note(priced: readonly PricedEvent[], chargedBefore: readonly string[]): Promise<void> {
    const before = await this.stored.costsOf(chargedBefore);
    for (const [organization, events] of Map.groupBy(priced, ({ event }) => event.organization)) {
      const charges = events.map(({ event, costNanoUsd, overrunNanoUsd }) => ({
        requestId: event.requestId,
        project: event.project,
        costNanoUsd: before.get(event.requestId) ?? String(costNanoUsd - overrunNanoUsd),
      }));
      const note = noteOf(organization, charges);
      await this.publisher.publish(Subject.auditNoted(organization), JSON.stringify(note), { messageId: note.noteId });
    }
  }
}

interface Charge {
  readonly requestId: string;
  readonly project: string;
  readonly costNanoUsd: string;
}

function noteOf(organization: string, charges: readonly Charge[]): AuditNoted {
  const requestIds = charges.map(({ requestId }) => requestId).toSorted();
  const digest = createHash('sha256').update(requestIds.join('\n')).digest('hex').slice(0, ID_DIGITS);
  const projects = [...new Set(charges.map(({ project }) => project))];
  const [project] = projects;
  return {
    noteId: `note_charges_${digest}`,
    organization,
    // Of several projects it is the organisation's.
    ...(projects.length === 1 && project !== undefined ? { project } : {}),
    type: 'charges.recorded',
    actor: { kind: 'system', id: 'billing' },
    subject: { kind: 'ledger', id: organization },
    detail: { charges },
    happenedAt: Date.now(),
  };
}
