import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { RequestNote, Subject, type AuditNoted, type Caller, type GuardVerdict } from '#libs/contracts';
import { DurablePublisher } from '#libs/messaging';
import { Logger } from '#libs/telemetry';

/** Of a process that stops: longer it does not wait for a stream that takes nothing. */
const STOP_WITHIN_MILLISECONDS = 5_000;
/** So many may wait through an outage. */
const MOST_UNDER_WAY = 10_000;

/**
 * Puts what guards said of answers into the trail, beside the terminal event: that is the worker's, who has recorded it before the
 * answer gets here.
 */
@Injectable()
export class NoteVerdicts implements BeforeApplicationShutdown {
  private readonly underWay = new Set<Promise<unknown>>();

  constructor(
    private readonly publisher: DurablePublisher,
    private readonly logger: Logger,
  ) {}

  /** Off the caller's way, and through outages; what is too much to wait for the stream is told in the log. */
  note({ admin, organization, project, key }: Caller, requestId: string, verdicts: readonly GuardVerdict[]): void {
    if (verdicts.length === 0) return;
    if (this.underWay.size >= MOST_UNDER_WAY) {
      this.logger.error({ requestId, waiting: MOST_UNDER_WAY }, 'verdicts on an answer were not recorded');
      return;
    }
    const note: AuditNoted = {
      noteId: RequestNote.answerGuarded(requestId),
      organization,
      project,
      type: 'answer.guarded',
      actor: { kind: admin ? 'admin-key' : 'key', id: key, organization, project },
      subject: { kind: 'request', id: requestId },
      detail: { guards: verdicts },
      happenedAt: Date.now(),
    };
    const stored = this.publisher
      .publish(Subject.auditNoted(organization), JSON.stringify(note), { messageId: note.noteId })
      .catch((error: unknown) => this.logger.error({ requestId, error }, 'verdicts on an answer were not recorded'))
      .finally(() => this.underWay.delete(stored));
    this.underWay.add(stored);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.race([Promise.all(this.underWay), pause(STOP_WITHIN_MILLISECONDS, undefined, { ref: false })]);
  }
}
