import { Injectable } from '@nestjs/common';
import { Consumer, type AuditNoted, type SentRequestEnded } from '#libs/contracts';
import { Logger } from '#libs/telemetry';
import { typeOfEvent } from './entry-type.policy.js';
import type { NewEntry } from './new-entry.js';
import { entryOfNote } from './note-entry.policy.js';
import { TrailRepository } from './trail.repository.js';

/** Records each request's terminal event and each note once, at the end of its organisation's log. */
@Injectable()
export class RecordEventHandler {
  constructor(
    private readonly trail: TrailRepository,
    private readonly log: Logger,
  ) {}

  /** Resolves when every note of the batch is in the trail, now or before. */
  async recordNotes(batch: readonly AuditNoted[]): Promise<void> {
    await this.trail.append(batch.map(entryOfNote), Consumer.auditNotes.name);
  }

  /** Resolves when every event of the batch is in the trail, now or before; otherwise nothing of it is. */
  async record(batch: readonly SentRequestEnded[]): Promise<void> {
    const recorded = await this.trail.append(batch.map(entryOf));
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
    happenedAt: event.endedAt,
  };
}
