import { Injectable } from '@nestjs/common';
import { Database, storableText } from '#libs/storage';
import type { Queries } from '../keep-batch/batch.repository.js';
import { placeOf, tenantCondition, tenantParameters, type Tenant } from '../keep-batch/tenant.js';

/** A file's row; its bytes are in the blob store under `blobKey`. */
export interface StoredFile {
  readonly id: string;
  readonly organization: string;
  readonly project: string;
  readonly filename: string;
  readonly purpose: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly blobKey: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}

/** What a new file is made of. */
export type NewFile = Omit<StoredFile, 'createdAt' | 'expiresAt'> & { readonly expiresAfterSeconds: number | null };

type FileRow = Omit<StoredFile, 'bytes'> & { readonly bytes: string };

const fileColumns =
  'id, organization, project, filename, purpose, bytes, sha256, blob_key AS "blobKey", created_at AS "createdAt", expires_at AS "expiresAt"';

/** Purposes of files that are part of a batch of messages, and shown by it alone. */
export const MESSAGE_BATCH_PURPOSE = 'message_batch';
export const MESSAGE_RESULTS_PURPOSE = 'message_batch_results';

/** What callers can see: neither deleted nor expired. */
const VISIBLE = `purpose NOT IN ('${MESSAGE_BATCH_PURPOSE}', '${MESSAGE_RESULTS_PURPOSE}') AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > now())`;

/** The sum that is kept of all that are not deleted, without those that have expired and are not taken out yet: they are few. */
export const BYTES_OF_PROJECT = `
  SELECT coalesce((SELECT bytes FROM jobs.file_sums WHERE organization = $1 AND project = $2), 0)
    - coalesce((SELECT sum(bytes) FROM jobs.files WHERE organization = $1 AND project = $2
        AND purpose NOT IN ('${MESSAGE_BATCH_PURPOSE}', '${MESSAGE_RESULTS_PURPOSE}') AND deleted_at IS NULL
        AND expires_at IS NOT NULL AND expires_at <= now()), 0) AS bytes`;

/** Rows of `jobs.files`. A file never changes; it is deleted or expires, and some time later it is taken out. */
@Injectable()
export class FileRepository {
  constructor(private readonly database: Database) {}

  /** Keeps the row that is there already, so that producing the same file twice is no error. */
  async insert(file: NewFile, within: Queries = this.database): Promise<void> {
    await within.query(
      `INSERT INTO jobs.files (id, organization, project, filename, purpose, bytes, sha256, blob_key, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + $9::integer * interval '1 second') ON CONFLICT (id) DO NOTHING`,
      [
        file.id,
        file.organization,
        file.project,
        file.filename,
        file.purpose,
        file.bytes,
        file.sha256,
        file.blobKey,
        file.expiresAfterSeconds,
      ],
    );
  }

  /** Also one that was deleted or has expired, as long as it is there: a batch under way goes on reading its input. */
  async find(id: string, tenant: Tenant): Promise<StoredFile | undefined> {
    const rows = await this.database
      .asTenant(placeOf(tenant))
      .query<FileRow>(`SELECT ${fileColumns} FROM jobs.files WHERE id = $1 AND ${tenantCondition(2)}`, [
        storableText(id),
        ...tenantParameters(tenant),
      ]);
    return rows[0] && toFile(rows[0]);
  }

  async findVisible(id: string, tenant: Tenant): Promise<StoredFile | undefined> {
    const rows = await this.database
      .asTenant(placeOf(tenant))
      .query<FileRow>(`SELECT ${fileColumns} FROM jobs.files WHERE id = $1 AND ${tenantCondition(2)} AND ${VISIBLE}`, [
        storableText(id),
        ...tenantParameters(tenant),
      ]);
    return rows[0] && toFile(rows[0]);
  }

  /** How many bytes the files of a project have together, of those that callers can see. */
  async bytesOf({ organization, project }: Pick<Tenant, 'organization' | 'project'>): Promise<number> {
    const [row] = await this.database
      .asTenant({ organization, project })
      .query<{ bytes: string }>(BYTES_OF_PROJECT, [organization, project]);
    return Number(row?.bytes ?? 0);
  }

  /** Whether there was such a file to delete. */
  async delete(id: string, tenant: Tenant): Promise<boolean> {
    const rows = await this.database.query(
      `UPDATE jobs.files SET deleted_at = now() WHERE id = $1 AND ${tenantCondition(2)} AND ${VISIBLE} RETURNING id`,
      [storableText(id), ...tenantParameters(tenant)],
    );
    return rows.length > 0;
  }

  /** Takes a file out of sight that callers do not see as one. */
  async retire(id: string, within: Queries): Promise<void> {
    await within.query(`UPDATE jobs.files SET deleted_at = now() WHERE id = $1 AND deleted_at IS NULL`, [id]);
  }

  async list(
    tenant: Tenant,
    page: { purpose?: string | undefined; after?: string | undefined; limit: number; order: 'asc' | 'desc' },
  ): Promise<StoredFile[]> {
    const [comparison, direction] = page.order === 'asc' ? ['>', 'ASC'] : ['<', 'DESC'];
    const rows = await this.database.asTenant(placeOf(tenant)).query<FileRow>(
      `SELECT ${fileColumns} FROM jobs.files
       WHERE ${tenantCondition(1)} AND ${VISIBLE} AND ($4::text IS NULL OR purpose = $4)
         AND ($5::text IS NULL OR (created_at, id) ${comparison} (
           SELECT created_at, id FROM jobs.files WHERE id = $5 AND ${tenantCondition(1)}))
       ORDER BY created_at ${direction}, id ${direction} LIMIT $6`,
      [...tenantParameters(tenant), stored(page.purpose), stored(page.after), page.limit],
    );
    return rows.map(toFile);
  }
}

function stored(text: string | undefined): string | null {
  return text === undefined ? null : storableText(text);
}

function toFile(row: FileRow): StoredFile {
  return { ...row, bytes: Number(row.bytes) };
}
