import { Injectable } from '@nestjs/common';
import { Consumer, payloadPartName, type PayloadCaptured } from '#libs/contracts';
import { Settings } from '#libs/runtime';
import { encryptPayload, pseudonymOf } from '#libs/secrets';
import type { Transaction } from '#libs/storage';
import type { NewEntry } from '../record-event/new-entry.js';
import { entryOfNote } from '../record-event/note-entry.policy.js';
import { TrailRepository } from '../record-event/trail.repository.js';
import { DataKeys, nameOf, type OpenKey } from './data-keys.js';
import { payloadNote } from './payload-entry.js';
import { PayloadsRepository, type NewPayload, type SubjectName } from './payloads.repository.js';

/** A part of a payload as it came, opened. */
export interface ArrivedPayload {
  readonly head: PayloadCaptured;
  readonly bytes: Uint8Array;
}

interface OwnedPayload extends ArrivedPayload, SubjectName {}

interface PreparedPayload {
  readonly entry: NewEntry;
  readonly owned: OwnedPayload;
  readonly row?: NewPayload;
}

/** A subject was erased while its payloads were on their way into the database: done again, they find it so. */
export class ErasedMeanwhile extends Error {
  override readonly name = 'ErasedMeanwhile';
  readonly retryable = true;
}

/** Encrypts prompts and answers for their subjects, and stores each with its entry of the trail: both, or neither. */
@Injectable()
export class KeepPayloadsHandler {
  constructor(
    private readonly trail: TrailRepository,
    private readonly repository: PayloadsRepository,
    private readonly keys: DataKeys,
    private readonly settings: Settings,
  ) {}

  /** Resolves when all of the batch is kept, now or before. @throws ErasedMeanwhile, KeyProviderError, StorageUnavailable */
  async keep(batch: readonly ArrivedPayload[]): Promise<void> {
    const owned = batch.map((payload) => ({ ...payload, ...this.subjectOf(payload.head) }));
    const erased = await this.erasedIn(owned);
    const stored = owned.filter((payload) => payload.head.keep !== 'hash' && !erased.has(payload));
    const subjects = new Map(
      stored.map(({ organization, subject }) => [nameOf({ organization, subject }), { organization, subject }]),
    );
    const keys = await this.keys.of([...subjects.values()]);
    const prepared = owned.map((payload) => prepare(payload, erased.has(payload), keys.get(nameOf(payload))));
    const byEntry = new Map(prepared.map((each) => [each.entry, each]));
    await this.trail.append([...byEntry.keys()], Consumer.auditPayloads.name, (transaction, fresh) =>
      this.store(
        transaction,
        fresh.flatMap((entry) => byEntry.get(entry) ?? []),
      ),
    );
  }

  private subjectOf({ organization, endUser = '' }: PayloadCaptured): SubjectName {
    return { organization, subject: pseudonymOf(organization, endUser, this.settings.secretKey) };
  }

  private async store(transaction: Transaction, fresh: readonly PreparedPayload[]): Promise<void> {
    const rows = fresh.flatMap(({ row }) => row ?? []);
    if (rows.length === 0) return;
    const ids = [...new Set(rows.map(({ keyId }) => keyId))];
    const owned = fresh.filter(({ row }) => row !== undefined).map((each) => each.owned);
    const late = await this.erasedIn(owned, transaction);
    if (late.size > 0 || !(await this.repository.holdKeys(transaction, ids)))
      throw new ErasedMeanwhile('A subject was erased while its payloads were being stored.');
    await this.repository.add(transaction, rows);
  }

  /** Those that were captured before their subject was erased. */
  private async erasedIn(
    payloads: readonly OwnedPayload[],
    transaction?: Transaction,
  ): Promise<ReadonlySet<OwnedPayload>> {
    const subjects = payloads.map(({ organization, subject }) => ({ organization, subject }));
    const erasures = await this.repository.erasuresOf(subjects, transaction);
    const erasedAt = new Map(erasures.map((erasure) => [nameOf(erasure), erasure.erasedAt.getTime()]));
    return new Set(payloads.filter((each) => each.head.capturedAt <= (erasedAt.get(nameOf(each)) ?? -1)));
  }
}

function prepare(owned: OwnedPayload, isErased: boolean, key: OpenKey | undefined): PreparedPayload {
  const { organization, subject } = owned;
  // What told whose it is has done its work.
  const { endUser: _endUser, seal: _seal, lane: _lane, job: _job, hold: _hold, ...head } = owned.head;
  if (isErased) return { owned, entry: entryOfNote(payloadNote(head, { kind: 'erased', subject })) };
  if (head.keep === 'hash') return { owned, entry: entryOfNote(payloadNote(head, { kind: 'hashed' })) };
  if (!key) throw new ErasedMeanwhile(`The key of ${organization}/${subject} is gone.`);
  const ciphertext = encryptPayload(owned.bytes, key.bytes, { organization, subject, entry: payloadPartName(head) });
  const { requestId, part, project } = head;
  const row = { organization, subject, requestId, part, project, keyId: key.id, head, ciphertext };
  return { owned, row, entry: entryOfNote(payloadNote(head, { kind: 'kept', subject, keyId: key.id, ciphertext })) };
}
