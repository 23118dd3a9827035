import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { actorOf, INSTALLATION_TRAIL, StreamHeader, Subject, type AuditNoted, type Caller } from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import type { Pause } from '../dispatch-work/pauses.policy.js';

const ID_BYTES = 12;
const STORE_WITHIN_MILLISECONDS = 5_000;

/** Has the trail of the installation know which operator paused or resumed durable work. */
@Injectable()
export class NotePauses {
  constructor(private readonly messaging: Messaging) {}

  /**
   * For the transaction of the deed, which may run again: it is one note however often it is stored. Resolves when the stream has it.
   * The deed comes after, so that it may be missing where the trail tells of it, and never the other way round.
   * @throws MessagingError where the stream does not take it, and then nothing may be done
   */
  of(caller: Caller, type: 'queue.paused' | 'queue.resumed'): (pause: Pause) => Promise<void> {
    const noteId = `note_${randomBytes(ID_BYTES).toString('hex')}`;
    const happenedAt = Date.now();
    return async ({ scope, name, reason, until, pausedBy }) => {
      const note: AuditNoted = {
        noteId,
        organization: INSTALLATION_TRAIL,
        type,
        actor: actorOf(caller),
        subject: { kind: 'queue', id: name === '' ? scope : `${scope}:${name}` },
        detail: {
          scope,
          name,
          reason,
          until: until && until.toISOString(),
          ...(type === 'queue.resumed' ? { pausedBy } : {}),
        },
        happenedAt,
      };
      await this.messaging.store(
        Subject.auditNoted(INSTALLATION_TRAIL),
        JSON.stringify(note),
        { headers: { [StreamHeader.messageId]: noteId } },
        STORE_WITHIN_MILLISECONDS,
      );
    };
  }
}
