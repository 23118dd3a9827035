import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Consumer, type AuditNoted, type SentRequestEnded } from '#libs/contracts';
import { Logger } from '#libs/telemetry';
import { EMPTY_CHAIN, linkAfter, type ChainEnd } from './chain.policy.js';
import { TrailRepository, type LinkedEntry, type NewEntry } from './trail.repository.js';
import { typeOfEvent } from './entry-type.policy.js';

/** Records each request's terminal event once, at the end of its organisation's chain. */
@Injectable()
export class RecordEventHandler {
  constructor(
    private readonly trail: TrailRepository,
    private readonly log: Logger,
  ) {}

  /** Resolves when every note of the batch is in the trail, now or before. */
  async recordNotes(batch: readonly AuditNoted[]): Promise<void> {
    await this.trail.append(batch.map(entryOfNote), linkAll, Consumer.auditNotes.name);
  }

  /** Resolves when every event of the batch is in the trail, now or before; otherwise nothing of it is. */
  async record(batch: readonly SentRequestEnded[]): Promise<void> {
    const recorded = await this.trail.append(batch.map(entryOf), linkAll);
    const ignored = batch.length - recorded;
    if (ignored > 0) {
      this.log.info({ ignored }, 'terminal events ignored: their requests are in the trail already');
    }
  }
}

/** The text is stored as it was sent: it holds no prompt, and the answer travels behind it. */
function entryOf({ event, text }: SentRequestEnded): NewEntry {
  return {
    organization: event.organization,
    requestId: event.requestId,
    type: typeOfEvent(event),
    project: event.project,
    key: event.key,
    model: event.model,
    body: text,
  };
}

/** Columns of requests are empty where a note has nothing to put there. */
function entryOfNote(note: AuditNoted): NewEntry {
  return {
    organization: note.organization,
    requestId: note.noteId,
    type: note.type,
    project: note.project ?? '',
    key: note.actor.id,
    model: '',
    body: JSON.stringify(note),
  };
}

function linkAll(entries: readonly NewEntry[], ends: Map<string, ChainEnd>): LinkedEntry[] {
  return entries.map((entry) => {
    const link = linkAfter(ends.get(entry.organization) ?? EMPTY_CHAIN, entry.body, sha256);
    ends.set(entry.organization, link);
    return { entry, link };
  });
}

const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');
