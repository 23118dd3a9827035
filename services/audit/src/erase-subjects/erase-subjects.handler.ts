import { Injectable } from '@nestjs/common';
import { Consumer, type SubjectErase, type SubjectErased } from '#libs/contracts';
import { QueryRefused } from '#libs/messaging';
import { Settings } from '#libs/runtime';
import { pseudonymOf } from '#libs/secrets';
import { Logger } from '#libs/telemetry';
import { DataKeys } from '../keep-payloads/data-keys.js';
import { PayloadsRepository } from '../keep-payloads/payloads.repository.js';
import { KnownOrganizations } from '../list-events/known-organizations.js';
import { noteOf } from '../note-deeds/note-deeds.js';
import { entryOfNote } from '../record-event/note-entry.policy.js';
import { TrailRepository } from '../record-event/trail.repository.js';

/**
 * Erases what was kept of a data subject by destroying its keys. The trail gets a tombstone in the same transaction; its hashes are
 * of ciphertexts, so that nothing that was proved stops being true. Done again, it destroys what came since.
 */
@Injectable()
export class EraseSubjectsHandler {
  constructor(
    private readonly trail: TrailRepository,
    private readonly repository: PayloadsRepository,
    private readonly keys: DataKeys,
    private readonly known: KnownOrganizations,
    private readonly settings: Settings,
    private readonly log: Logger,
  ) {}

  /** @throws QueryRefused 409 while the log is held, 404 for an organisation that there is not */
  async erase(command: SubjectErase, now: Date = new Date()): Promise<SubjectErased> {
    const { caller, organization, subject, reason } = command;
    await this.known.require(organization);
    const pseudonym = pseudonymOf(organization, subject, this.settings.secretKey);
    const note = noteOf(caller, {
      organization,
      type: 'data-subject.erased',
      subject: { kind: 'data-subject', id: pseudonym },
      detail: { reason },
    });
    let keys = 0;
    await this.trail.append([entryOfNote(note)], Consumer.auditNotes.name, async (transaction) => {
      if (await this.repository.isHeld(transaction, organization)) throw held(organization);
      keys = await this.repository.erase(transaction, { organization, subject: pseudonym }, now);
    });
    this.keys.forget();
    await this.repository
      .clearOut()
      .catch((error: unknown) =>
        this.log.warn({ error }, 'the table of erased keys was not cleared out; Postgres will'),
      );
    return { organization, pseudonym, erasedAt: now.getTime(), keys };
  }
}

function held(organization: string): QueryRefused {
  return new QueryRefused({
    status: 409,
    code: 'legal_hold',
    message: `The trail of ${organization} is under a legal hold, so that nothing of it is erased. Lift the hold first.`,
    param: 'organization',
  });
}
