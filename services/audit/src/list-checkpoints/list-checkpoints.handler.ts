import { Injectable } from '@nestjs/common';
import {
  INSTALLATION_TRAIL,
  type AuditKeyList,
  type AuditKeyPage,
  type AuditKeyRotate,
  type CheckpointList,
  type CheckpointPage,
} from '#libs/contracts';
import { QueryRefused } from '#libs/messaging';
import { KnownOrganizations } from '../list-events/known-organizations.js';
import { NoteDeeds, type Deed } from '../note-deeds/note-deeds.js';
import { CheckpointsRepository, type SignedCheckpoint } from '../sign-checkpoints/checkpoints.repository.js';
import { SigningKeys } from '../sign-checkpoints/signing-keys.js';

const CURSOR = /^(\d{1,16})-(\d{1,16})$/;

/** What was signed of a log, and with which keys. */
@Injectable()
export class ListCheckpointsHandler {
  constructor(
    private readonly checkpoints: CheckpointsRepository,
    private readonly signingKeys: SigningKeys,
    private readonly deeds: NoteDeeds,
    private readonly known: KnownOrganizations,
  ) {}

  /** A page, oldest first; without a cursor and with `newest` the last one only. */
  async list({ after, limit, newest, ...asked }: CheckpointList): Promise<CheckpointPage> {
    const { organization } = await this.known.reachOf(asked);
    if (newest === true) {
      const last = await this.checkpoints.newest(organization);
      return { checkpoints: last ? [shown(last)] : [], next: null };
    }
    const found = await this.checkpoints.list(organization, placeOf(after), limit + 1);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return { checkpoints: page.map(shown), next: found.length > limit && last ? cursorOf(last) : null };
  }

  async keys(query: AuditKeyList): Promise<AuditKeyPage> {
    const { organization } = await this.known.reachOf(query);
    return { keys: await this.signingKeys.published(organization) };
  }

  /** A new key signs from now on. The trail of the installation tells who put it there. @throws QueryRefused 409 where somebody else did at this moment */
  async rotate({ caller }: AuditKeyRotate): Promise<AuditKeyPage> {
    const made = await this.signingKeys.next();
    const deed: Deed = {
      organization: INSTALLATION_TRAIL,
      type: 'audit-key.rotated',
      subject: { kind: 'audit-key', id: String(made.number) },
      detail: { publicKey: Buffer.from(made.publicKey).toString('base64') },
    };
    await this.deeds.note(caller, deed, async (transaction) => {
      if (!(await this.signingKeys.putInForce(made, transaction))) throw rotatedMeanwhile();
    });
    return { keys: await this.signingKeys.published(caller.organization) };
  }
}

function rotatedMeanwhile(): QueryRefused {
  const message = 'Somebody else put a new key in force at this moment. Rotate again if another is still needed.';
  return new QueryRefused({ status: 409, code: 'key_rotated_meanwhile', message });
}

function shown({ size, signedAt, note }: SignedCheckpoint): CheckpointPage['checkpoints'][number] {
  return { size, signedAt: signedAt.getTime(), note };
}

function cursorOf({ size, signedAt }: SignedCheckpoint): string {
  return `${size}-${signedAt.getTime()}`;
}

function placeOf(cursor: string | undefined): { size: number; signedAt: Date } {
  if (cursor === undefined) return { size: -1, signedAt: new Date(0) };
  const [, size, time] = CURSOR.exec(cursor) ?? [];
  if (size !== undefined && time !== undefined) return { size: Number(size), signedAt: new Date(Number(time)) };
  throw new QueryRefused({
    status: 400,
    code: 'invalid_parameter',
    message: 'The cursor is none that a page ended with.',
    param: 'after',
  });
}
