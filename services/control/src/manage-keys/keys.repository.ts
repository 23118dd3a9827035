import { Injectable } from '@nestjs/common';

import type { KeyUsed } from '#libs/contracts';
import { Database, type Transaction } from '#libs/storage';

import type { KeyBounds, StoredKey } from './stored-key.js';

interface Row {
  id: string;
  organization: string;
  project: string;
  name: string;
  hash: string;
  hint: string;
  bounds: KeyBounds;
  expires_at: Date | null;
  revoked_at: Date | null;
  last_used_at: Date | null;
  replaced_by: string | null;
  created_by: string;
  created_at: Date;
  ordinal: number;
  lineage: number;
  version: string;
}

const COLUMNS = `id, organization, project, name, hash, hint, bounds, expires_at, revoked_at, last_used_at, replaced_by,
  created_by, created_at, ordinal, lineage, version`;
const ADD = `
INSERT INTO control.keys
  (id, organization, project, name, hash, hint, bounds, expires_at, created_by, version, ordinal, lineage)
SELECT $1, $2, $3, $4, $5, $6, $7::jsonb, $8::timestamptz, $9, 1, number, coalesce($10::integer, number)
FROM (
  SELECT greatest(coalesce(max(ordinal), 0), $11) + 1 AS number FROM control.keys WHERE organization = $2 AND project = $3 AND name = $4
) next RETURNING ${COLUMNS}`;
const LOCK_NAME = `SELECT pg_advisory_xact_lock(hashtextextended(concat_ws('/', 'key', $1::text, $2::text, $3::text), 0))`;
const UPDATE = `
UPDATE control.keys SET bounds = $2, expires_at = $3, replaced_by = $4, version = version + 1 WHERE id = $1
RETURNING ${COLUMNS}`;
const MAKE_LAST = `
UPDATE control.keys SET ordinal = 1 + (
  SELECT greatest(max(ordinal), $2) FROM control.keys other
  WHERE other.organization = keys.organization AND other.project = keys.project AND other.name = keys.name
) WHERE id = $1`;
const REVOKE = `
UPDATE control.keys SET revoked_at = $2, version = version + 1 WHERE id = $1 AND revoked_at IS NULL RETURNING ${COLUMNS}`;
const LIST = `
SELECT ${COLUMNS} FROM control.keys
WHERE organization = $1 AND ($2::text[] IS NULL OR project = ANY($2)) AND id > $3 ORDER BY id LIMIT $4`;
const MARK_USED = `
UPDATE control.keys SET last_used_at = used.at
FROM (SELECT key AS id, to_timestamp(value::bigint / 1000.0) AS at FROM json_each_text($1)) AS used
WHERE keys.id = used.id AND (keys.last_used_at IS NULL OR keys.last_used_at < used.at)`;

/** A name in a project, and the key that asks for it where there is one already. */
type NamePlace = Pick<StoredKey, 'organization' | 'project' | 'name'> & Partial<Pick<StoredKey, 'id' | 'lineage'>>;

/** The keys that the admin API made. */
@Injectable()
export class KeysRepository {
  constructor(private readonly database: Database) {}

  async change<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  /** Its number is above that of all keys of its name that are stored, and above the last that others have heard of. */
  async add(
    transaction: Transaction,
    key: Omit<
      StoredKey,
      'revokedAt' | 'lastUsedAt' | 'replacedBy' | 'createdAt' | 'ordinal' | 'lineage' | 'version'
    > & {
      /** Of the key that it replaces. */
      readonly lineage?: number | undefined;
    },
    lastHeard: number,
  ): Promise<StoredKey> {
    const { id, organization, project, name, hash, hint, bounds, expiresAt, createdBy, lineage = null } = key;
    return one(
      await transaction.query<Row>(ADD, [
        id,
        organization,
        project,
        name,
        hash,
        hint,
        JSON.stringify(bounds),
        expiresAt,
        createdBy,
        lineage,
        lastHeard,
      ]),
    );
  }

  async update(
    transaction: Transaction,
    { id, bounds, expiresAt, replacedBy }: Pick<StoredKey, 'id' | 'bounds' | 'expiresAt' | 'replacedBy'>,
  ): Promise<StoredKey> {
    return one(await transaction.query<Row>(UPDATE, [id, JSON.stringify(bounds), expiresAt, replacedBy]));
  }

  /** From now on it speaks for its name again, whoever had that meanwhile. Its name has to be free. */
  async makeLast(transaction: Transaction, id: string, lastHeard: number): Promise<void> {
    await transaction.query(MAKE_LAST, [id, lastHeard]);
  }

  /** Undefined where there is none, or it was revoked before. */
  async revoke(transaction: Transaction, id: string, at: Date): Promise<StoredKey | undefined> {
    const [row] = await transaction.query<Row>(REVOKE, [id, at]);
    return row && keyOf(row);
  }

  /** One key, locked until the transaction ends where there is one. */
  async find(id: string, transaction?: Transaction): Promise<StoredKey | undefined> {
    const sql = `SELECT ${COLUMNS} FROM control.keys WHERE id = $1${transaction ? ' FOR UPDATE' : ''}`;
    const [row] = await (transaction ?? this.database).query<Row>(sql, [id]);
    return row && keyOf(row);
  }

  /** One key of an organisation, for whoever may see it there. */
  async findIn(organization: string, id: string): Promise<StoredKey | undefined> {
    const sql = `SELECT ${COLUMNS} FROM control.keys WHERE organization = $1 AND id = $2`;
    const [row] = await this.database.asTenant({ organization }).query<Row>(sql, [organization, id]);
    return row && keyOf(row);
  }

  async findByHash(hash: string): Promise<StoredKey | undefined> {
    const [row] = await this.database.query<Row>(`SELECT ${COLUMNS} FROM control.keys WHERE hash = $1`, [hash]);
    return row && keyOf(row);
  }

  /**
   * Whether another key of that name is accepted there, but for those that the asking one took the place of: whoever calls with one
   * would else be bound by what the next says. The name is the transaction's until it ends: whoever asks at the same time waits.
   */
  async isNameTaken(
    transaction: Transaction,
    { organization, project, name, id = '', lineage = 0 }: NamePlace,
  ): Promise<boolean> {
    await transaction.query(LOCK_NAME, [organization, project, name]);
    const sql = `
      SELECT 1 FROM control.keys WHERE organization = $1 AND project = $2 AND name = $3 AND id <> $4 AND revoked_at IS NULL
      AND (replaced_by IS NULL OR lineage <> $5) AND (expires_at IS NULL OR expires_at > now()) LIMIT 1`;
    return (await transaction.query(sql, [organization, project, name, id, lineage])).length > 0;
  }

  /** Whether any key of an organisation, or of one of its projects, is still accepted. */
  async areAny(
    transaction: Transaction,
    { organization, project }: { organization: string; project?: string },
  ): Promise<boolean> {
    const sql = `
      SELECT 1 FROM control.keys WHERE organization = $1 AND ($2::text IS NULL OR project = $2) AND revoked_at IS NULL
      AND (expires_at IS NULL OR expires_at > now()) LIMIT 1`;
    return (await transaction.query(sql, [organization, project ?? null])).length > 0;
  }

  /** The keys of a name that are accepted. */
  async acceptedOf({
    organization,
    project,
    name,
  }: NamePlace): Promise<readonly Pick<StoredKey, 'hash' | 'lineage'>[]> {
    const sql = `
      SELECT hash, lineage FROM control.keys WHERE organization = $1 AND project = $2 AND name = $3 AND revoked_at IS NULL
      AND (expires_at IS NULL OR expires_at > now())`;
    return this.database.query<Pick<Row, 'hash' | 'lineage'>>(sql, [organization, project, name]);
  }

  /** In the order of their ids. */
  async list(
    organization: string,
    page: { projects: readonly string[] | undefined; after: string; limit: number },
  ): Promise<StoredKey[]> {
    const rows = await this.database
      .asTenant({ organization })
      .query<Row>(LIST, [organization, page.projects ?? null, page.after, page.limit]);
    return rows.map(keyOf);
  }

  /** Every key, for comparing with what is published; of one name the last first, which speaks for it. */
  async all(): Promise<StoredKey[]> {
    const rows = await this.database.query<Row>(`SELECT ${COLUMNS} FROM control.keys ORDER BY ordinal DESC, id`);
    return rows.map(keyOf);
  }

  async markUsed(used: KeyUsed): Promise<void> {
    await this.database.query(MARK_USED, [JSON.stringify(used)]);
  }
}

function one(rows: readonly Row[]): StoredKey {
  const [row] = rows;
  if (!row) throw new Error('a key that was locked is gone');
  return keyOf(row);
}

function keyOf(row: Row): StoredKey {
  const { expires_at: expiresAt, revoked_at: revokedAt, last_used_at: lastUsedAt, ...rest } = row;
  const { replaced_by: replacedBy, created_by: createdBy, created_at: createdAt, version, ...key } = rest;
  return { ...key, expiresAt, revokedAt, lastUsedAt, replacedBy, createdBy, createdAt, version: Number(version) };
}
