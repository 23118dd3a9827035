import { Injectable } from '@nestjs/common';

import { snapshotSchema, type Snapshot } from '#libs/contracts';
import { Database, storableText, type Transaction } from '#libs/storage';

import type { SealedConfiguration } from './seal-configuration.js';

/** A configuration about to be recorded. */
export interface VersionDraft extends SealedConfiguration {
  readonly origin: string;
  readonly sourceSha256: string;
  readonly redactedText: string;
}

const ONE_AT_A_TIME = `SELECT pg_advisory_xact_lock(hashtextextended('switchyard control.configuration_versions', 0))`;
const NEWEST = `
SELECT revision, content_digest AS "contentDigest", snapshot
FROM control.configuration_versions ORDER BY revision DESC LIMIT 1`;
const INSERT = `
INSERT INTO control.configuration_versions (revision, content_digest, source_sha256, origin, source, snapshot)
VALUES ($1, $2, $3, $4, $5, $6)`;
const REISSUE = `
INSERT INTO control.configuration_versions (revision, content_digest, source_sha256, origin, source, snapshot)
SELECT $1, content_digest, source_sha256, origin, source, $2
FROM control.configuration_versions ORDER BY revision DESC LIMIT 1`;

interface NewestRow {
  readonly revision: string;
  readonly contentDigest: string;
  readonly snapshot: unknown;
}

/** The versions of the configuration, oldest to newest; the book that the key-value store is a copy of. */
@Injectable()
export class ConfigurationVersionsRepository {
  constructor(private readonly database: Database) {}

  /** Records the draft as a new revision, unless the newest one has the same content; either way returns what is in force. */
  async record(draft: VersionDraft): Promise<{ snapshot: Snapshot; isNew: boolean }> {
    return this.database.transaction(async (transaction) => {
      const newest = await lockNewest(transaction);
      if (newest?.contentDigest === draft.digest)
        return { snapshot: snapshotSchema.parse(newest.snapshot), isNew: false };
      const revision = Number(newest?.revision ?? 0) + 1;
      const snapshot: Snapshot = { version: 1, revision, createdAt: Date.now(), ...draft.content };
      const { digest, sourceSha256, origin, redactedText } = draft;
      const source = storableText(redactedText);
      await transaction.query(INSERT, [revision, digest, sourceSha256, origin, source, JSON.stringify(snapshot)]);
      return { snapshot, isNew: true };
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
    const [row] = await this.database.query<NewestRow>(NEWEST);
    return row && snapshotSchema.parse(row.snapshot);
  }
}

async function lockNewest(transaction: Transaction): Promise<NewestRow | undefined> {
  await transaction.query(ONE_AT_A_TIME);
  const [row] = await transaction.query<NewestRow>(NEWEST);
  return row;
}
