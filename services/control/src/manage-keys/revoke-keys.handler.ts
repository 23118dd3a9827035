import { Injectable } from '@nestjs/common';

import type { Caller, KeyEntry, KeyRead, KeyRevoked } from '#libs/contracts';
import { KeyBucket } from '#libs/messaging';
import { abilityOf } from '#libs/permission';
import { ServiceLogger } from '#libs/runtime';
import { StorageUnavailable } from '#libs/storage';

import { ConfigurationInForce } from '../apply-configuration/configuration-in-force.js';
import { adminRefusal } from '../change-documents/admin-refusals.js';
import { noteOf, notificationOf } from '../note-changes/change-note.js';
import { OutgoingMessagesRepository } from '../note-changes/outgoing-messages.repository.js';
import { OutgoingRelay } from '../note-changes/outgoing-relay.js';
import { KeyPublisher } from './key-publisher.js';
import { KeysRepository } from './keys.repository.js';
import { entryOfKey, fileKeyId } from './stored-key.js';

/** Who stands in the trail where a revocation is found in the bucket only: its maker was named in the log then. */
const SOMEBODY: Caller = { organization: 'installation', project: 'installation', key: 'admin', admin: true };

/**
 * Revokes keys. The bucket that every process which lets callers in follows is written first, so that a revocation takes
 * effect within milliseconds and also while Postgres is away; the record follows, if need be when Postgres is back.
 */
@Injectable()
export class RevokeKeysHandler {
  constructor(
    private readonly keys: KeysRepository,
    private readonly bucket: KeyBucket,
    private readonly inForce: ConfigurationInForce,
    private readonly outgoing: OutgoingMessagesRepository,
    private readonly relay: OutgoingRelay,
    private readonly log: ServiceLogger,
    publisher: KeyPublisher,
  ) {
    publisher.recordsRevocationsWith(async (entry) => {
      await this.record(SOMEBODY, entry);
    });
  }

  /** Revoking twice is no error. @throws QueryRefused 404, 403; MessagingError where NATS is away: nothing has happened then */
  async revoke({ caller, organization, id }: KeyRead): Promise<KeyRevoked> {
    const entry = await this.find(organization, id);
    const place = { organization, project: entry?.project };
    if (!entry || !abilityOf(caller).at({ action: 'read', subject: 'Key' }, place))
      throw adminRefusal.notFound('key', id);
    if (!abilityOf(caller).at({ action: 'delete', subject: 'Key' }, place))
      throw adminRefusal.notAllowed(`revoke the key '${id}'`);
    const revokedAt = entry.revokedAt ?? Date.now();
    const revoked = { ...entry, id, revokedAt };
    await this.bucket.write(revoked);
    this.log.info({ key: id, by: caller.person ?? caller.key }, 'a key was revoked');
    const isRecorded = await this.recordIfPossible(caller, revoked);
    return { id, revokedAt: new Date(revokedAt).toISOString(), isRecorded };
  }

  private async find(organization: string, id: string): Promise<KeyEntry | undefined> {
    for (const entry of this.bucket.entries.values())
      if (entry.id === id && entry.organization === organization) return entry;
    const inFile = this.inForce.snapshot?.keys.find((key) => !key.admin && fileKeyId(key.hash) === id);
    if (inFile) return inFile.organization === organization ? inFile : undefined;
    const stored = await this.keys.find(id);
    return stored?.organization === organization ? entryOfKey(stored, []) : undefined;
  }

  private async recordIfPossible(caller: Caller, entry: KeyEntry & { id: string }): Promise<boolean> {
    try {
      await this.record(caller, entry);
      return true;
    } catch (error) {
      if (!(error instanceof StorageUnavailable)) throw error;
      this.log.warn({ key: entry.id }, 'a key was revoked while Postgres is away; it is recorded when that is back');
      return false;
    }
  }

  private async record(caller: Caller, entry: KeyEntry): Promise<void> {
    const { id = '', organization, project, name, revokedAt = Date.now() } = entry;
    await this.keys.change(async (transaction) => {
      const isStored = (await this.keys.find(id, transaction)) !== undefined;
      if (isStored && !(await this.keys.revoke(transaction, id, new Date(revokedAt)))) return;
      const note = noteOf(caller, {
        organization,
        project,
        type: 'key.revoked',
        subject: { kind: 'key', id },
        detail: { name },
      });
      const raised = notificationOf({
        organization,
        project,
        type: 'key.revoked',
        key: `key.revoked:${id}`,
        data: { id, name },
      });
      await this.outgoing.add(transaction, [note, raised]);
    });
    this.relay.nudge();
  }
}
