import { Injectable } from '@nestjs/common';

import { snapshotSchema, type Caller, type Snapshot } from '#libs/contracts';
import { sha256Hex } from '#libs/secrets';
import { Database, storableText, type Transaction } from '#libs/storage';

import { OutgoingMessagesRepository } from '../note-changes/outgoing-messages.repository.js';
import { canonicalJson } from './canonical-json.policy.js';
import { noteOfRevision } from './revision-note.js';
import { followFile, isSameContent, type VersionContent, type VersionDraft } from './version-content.policy.js';

/** A recorded version. */
export interface StoredVersion extends VersionContent {
  readonly snapshot: Snapshot;
}

/** A version in a list. */
export interface ListedVersion {
  readonly revision: number;
  readonly appliedAt: number;
  readonly origin: string;
  readonly digest: string;
}

const ONE_AT_A_TIME = `SELECT pg_advisory_xact_lock(hashtextextended('switchyard control.configuration_versions', 0))`;
const COLUMNS = `
  foundation_digest AS "foundationDigest", policy_digest AS "policyDigest", source_sha256 AS "sourceSha256", origin, source,
  is_held AS "isHeld", trial_source AS "trialSource", snapshot`;
const NEWEST = `SELECT ${COLUMNS} FROM control.configuration_versions ORDER BY revision DESC LIMIT 1`;
const ONE = `SELECT ${COLUMNS} FROM control.configuration_versions WHERE revision = $1`;
const INSERT = `
INSERT INTO control.configuration_versions
  (revision, content_digest, foundation_digest, policy_digest, source_sha256, origin, source, is_held, trial_source, snapshot)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`;
const REISSUE = `
INSERT INTO control.configuration_versions
  (revision, content_digest, foundation_digest, policy_digest, source_sha256, origin, source, is_held, trial_source, snapshot)
SELECT $1, content_digest, foundation_digest, policy_digest, source_sha256, origin, source, is_held, trial_source, $2
FROM control.configuration_versions ORDER BY revision DESC LIMIT 1`;
const LIST = `
SELECT revision, applied_at AS "appliedAt", origin, coalesce(policy_digest, content_digest) AS digest
FROM control.configuration_versions WHERE $1::bigint IS NULL OR revision < $1 ORDER BY revision DESC LIMIT $2`;

interface Row extends Omit<VersionContent, 'body'> {
  readonly snapshot: unknown;
}

/** The versions of the configuration, oldest to newest; the book that the key-value store is a copy of. */
@Injectable()
export class ConfigurationVersionsRepository {
  constructor(
    private readonly database: Database,
    private readonly outgoing: OutgoingMessagesRepository,
  ) {}

  /**
   * Records what is in force once the file of the draft was read (`followFile`) as a new revision, unless the newest one has the
   * same content; either way returns what is in force. A new one leaves a note for the trail, in the same transaction.
   */
  async record(draft: VersionDraft): Promise<{ snapshot: Snapshot; isNew: boolean }> {
    return this.database.transaction(async (transaction) => {
      const newest = await lockNewest(transaction);
      const next = followFile(newest, draft);
      if (newest && isSameContent(newest, next)) return { snapshot: newest.snapshot, isNew: false };
      const snapshot = await insert(transaction, next, (newest?.snapshot.revision ?? 0) + 1);
      await this.outgoing.add(transaction, [noteOfRevision({ newest, next, snapshot })]);
      return { snapshot, isNew: true };
    });
  }

  /**
   * Records what `change` makes of the newest version, as a new revision; nothing where it throws. It is told the number that
   * the revision will have, and may run more than once. Undefined where there is no version yet. The caller stands in the trail.
   */
  async change(
    caller: Caller,
    change: (newest: StoredVersion, revision: number) => VersionContent,
  ): Promise<StoredVersion | undefined> {
    return this.database.transaction(async (transaction) => {
      const newest = await lockNewest(transaction);
      if (!newest) return undefined;
      const revision = newest.snapshot.revision + 1;
      const content = change(newest, revision);
      const snapshot = await insert(transaction, content, revision);
      await this.outgoing.add(transaction, [noteOfRevision({ newest, next: content, snapshot, caller })]);
      return { ...content, snapshot };
    });
  }

  /**
   * Records the newest version once more under a revision above `revision`: consumers that hold a higher revision than the
   * book, because the database was restored or replaced, would otherwise ignore it.
   */
  async reissueAbove(revision: number): Promise<Snapshot> {
    return this.database.transaction(async (transaction) => {
      const newest = snapshotSchema.parse((await lockNewest(transaction))?.snapshot);
      if (newest.revision > revision) return newest;
      const snapshot: Snapshot = { ...newest, revision: revision + 1, createdAt: Date.now() };
      await transaction.query(REISSUE, [snapshot.revision, JSON.stringify(snapshot)]);
      return snapshot;
    });
  }

  async findNewestRevision(): Promise<number | undefined> {
    const [row] = await this.database.query<{ revision: string | null }>(
      'SELECT max(revision) AS revision FROM control.configuration_versions',
    );
    return typeof row?.revision === 'string' ? Number(row.revision) : undefined;
  }

  async findNewest(): Promise<Snapshot | undefined> {
    const [row] = await this.database.query<Row>(NEWEST);
    return row && snapshotSchema.parse(row.snapshot);
  }

  async findNewestVersion(): Promise<StoredVersion | undefined> {
    const [row] = await this.database.query<Row>(NEWEST);
    return row && versionOf(row);
  }

  async find(revision: number): Promise<StoredVersion | undefined> {
    const [row] = await this.database.query<Row>(ONE, [revision]);
    return row && versionOf(row);
  }

  /** Newest first, those before a revision or all. */
  async list(limit: number, before?: number): Promise<ListedVersion[]> {
    const rows = await this.database.query<{ revision: string; appliedAt: Date; origin: string; digest: string }>(
      LIST,
      [before ?? null, limit],
    );
    return rows.map(({ revision, appliedAt, ...rest }) => ({
      revision: Number(revision),
      appliedAt: appliedAt.getTime(),
      ...rest,
    }));
  }
}

async function lockNewest(transaction: Transaction): Promise<StoredVersion | undefined> {
  await transaction.query(ONE_AT_A_TIME);
  const [row] = await transaction.query<Row>(NEWEST);
  return row && versionOf(row);
}

function versionOf(row: Row): StoredVersion {
  const snapshot = snapshotSchema.parse(row.snapshot);
  const { version: _version, revision: _revision, createdAt: _createdAt, ...body } = snapshot;
  return { ...row, snapshot, body };
}

async function insert(transaction: Transaction, content: VersionContent, revision: number): Promise<Snapshot> {
  const { body, foundationDigest, policyDigest, isHeld } = content;
  const snapshot: Snapshot = { version: 1, revision, createdAt: Date.now(), ...body };
  const digest = sha256Hex(canonicalJson({ foundationDigest, policyDigest, trial: body.trial }));
  await transaction.query(INSERT, [
    revision,
    digest,
    foundationDigest,
    policyDigest,
    content.sourceSha256,
    storableText(content.origin),
    storableText(content.source),
    isHeld,
    content.trialSource === null ? null : storableText(content.trialSource),
    JSON.stringify(snapshot),
  ]);
  return snapshot;
}
