import { Injectable } from '@nestjs/common';

import type { ResourceKind } from '#libs/contracts';
import { Database, type Transaction } from '#libs/storage';

import type { ConfigurationDocument } from './configuration-documents.js';

/** A document of the admin API as it is kept. */
export interface StoredDocument extends ConfigurationDocument {
  /** A provider's, in their envelopes. */
  readonly credentials: readonly string[] | null;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

interface Row {
  kind: ResourceKind;
  organization: string;
  name: string;
  document: Record<string, unknown>;
  credentials: string[] | null;
  version: string;
  created_at: Date;
  updated_at: Date;
}

const ONE_AT_A_TIME = `SELECT pg_advisory_xact_lock(hashtextextended('switchyard control.documents', 0))`;
const ALL = `
SELECT kind, organization, name, document, credentials, version, created_at, updated_at
FROM control.documents ORDER BY kind, organization, name`;
const SAVE = `
INSERT INTO control.documents (kind, organization, name, document, credentials, version) VALUES ($1, $2, $3, $4, $5, 1)
ON CONFLICT (kind, organization, name) DO UPDATE SET
  document = excluded.document, credentials = excluded.credentials, version = documents.version + 1, updated_at = now()`;
const REMOVE = 'DELETE FROM control.documents WHERE kind = $1 AND organization = $2 AND name = $3';

/** The documents that the admin API keeps. */
@Injectable()
export class DocumentsRepository {
  constructor(private readonly database: Database) {}

  async all(reader: Pick<Transaction, 'query'> = this.database): Promise<StoredDocument[]> {
    return (await reader.query<Row>(ALL)).map((row) => ({
      kind: row.kind,
      ...(row.organization === '' ? {} : { organization: row.organization }),
      name: row.name,
      document: row.document,
      credentials: row.credentials,
      version: Number(row.version),
      createdAt: row.created_at,
      updatedAt: row.updated_at,
    }));
  }

  /** Changes happen one after the other, since each must fit the whole. */
  async change<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.database.transaction(async (transaction) => {
      await transaction.query(ONE_AT_A_TIME);
      return work(transaction);
    });
  }

  async save(
    transaction: Transaction,
    {
      kind,
      organization = '',
      name,
      document,
      credentials,
    }: Omit<StoredDocument, 'version' | 'createdAt' | 'updatedAt'>,
  ): Promise<void> {
    await transaction.query(SAVE, [kind, organization, name, JSON.stringify(document), credentials]);
  }

  async remove(transaction: Transaction, { kind, organization = '', name }: ConfigurationDocument): Promise<void> {
    await transaction.query(REMOVE, [kind, organization, name]);
  }
}
