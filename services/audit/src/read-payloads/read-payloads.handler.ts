import { Injectable } from '@nestjs/common';
import { payloadPartName, type PayloadPart, type PayloadRead } from '#libs/contracts';
import { QueryRefused } from '#libs/messaging';
import { decryptPayload } from '#libs/secrets';
import { DataKeys } from '../keep-payloads/data-keys.js';
import { PayloadsRepository } from '../keep-payloads/payloads.repository.js';
import { KnownOrganizations } from '../list-events/known-organizations.js';
import { NoteDeeds } from '../note-deeds/note-deeds.js';

/** Shows prompts and answers that were kept to whoever may see them, each reading on record before anything is shown. */
@Injectable()
export class ReadPayloadsHandler {
  constructor(
    private readonly repository: PayloadsRepository,
    private readonly keys: DataKeys,
    private readonly deeds: NoteDeeds,
    private readonly known: KnownOrganizations,
  ) {}

  /** @throws QueryRefused 404 where nothing is kept, 410 where its subject was erased; KeyProviderError */
  async read({ caller, organization: named, requestId, part }: PayloadRead): Promise<PayloadPart> {
    const permission = { action: 'read', subject: 'Payload' } as const;
    const reach = await this.known.reachOf({ caller, organization: named }, permission);
    const { organization } = reach;
    const stored = await this.repository.find(reach, requestId, part);
    if (!stored) throw notKept(requestId);
    const isErased = stored.key.wrapped === null;
    if (part === 1) {
      await this.deeds.note(caller, {
        organization,
        project: stored.head.project,
        type: 'payload.read',
        subject: { kind: 'request', id: requestId },
        detail: { dataSubject: stored.key.subject, keep: stored.head.keep, ...(isErased ? { erased: true } : {}) },
      });
    }
    if (isErased) throw erased(requestId);
    const { bytes: key, subject } = await this.keys.unwrapped(stored.key);
    const place = { organization, subject, entry: payloadPartName({ requestId, part }) };
    const bytes = decryptPayload(stored.ciphertext, key, place);
    return { organization, head: stored.head, bytes: bytes.toString('base64') };
  }
}

function notKept(requestId: string): QueryRefused {
  return new QueryRefused({
    status: 404,
    code: 'payload_not_kept',
    message: `Nothing is kept of prompt and answer of ${requestId} in the part of the trail that this key may read: by policy, or since its time is over.`,
  });
}

function erased(requestId: string): QueryRefused {
  return new QueryRefused({
    status: 410,
    code: 'payload_erased',
    message: `Prompt and answer of ${requestId} were erased with their data subject; the trail proves that they were kept, and nobody can read them.`,
  });
}
