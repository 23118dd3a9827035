import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { RequestNote, Subject, type AuditNoted, type Caller, type GuardVerdict } from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import { Logger } from '#libs/telemetry';

const STORE_WITHIN_MILLISECONDS = 5_000;

/**
 * Puts what guards said of answers into the trail, beside the terminal event: that is the worker's, who has recorded it before the
 * answer gets here.
 */
@Injectable()
export class NoteVerdicts implements BeforeApplicationShutdown {
  private readonly underWay = new Set<Promise<unknown>>();

  constructor(
    private readonly messaging: Messaging,
    private readonly logger: Logger,
  ) {}

  /** Off the caller's way; what the stream does not take is told in the log. */
  note({ admin, organization, project, key }: Caller, requestId: string, verdicts: readonly GuardVerdict[]): void {
    if (verdicts.length === 0) return;
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
    const stored = this.messaging
      .store(
        Subject.auditNoted(organization),
        JSON.stringify(note),
        { headers: { 'Nats-Msg-Id': note.noteId } },
        STORE_WITHIN_MILLISECONDS,
      )
      .catch((error: unknown) => this.logger.error({ requestId, error }, 'verdicts on an answer were not recorded'))
      .finally(() => this.underWay.delete(stored));
    this.underWay.add(stored);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.underWay);
  }
}
