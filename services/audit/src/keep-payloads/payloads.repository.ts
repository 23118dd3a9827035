import { Injectable } from '@nestjs/common';
import type { PayloadCaptured } from '#libs/contracts';
import type { KeptDays } from '#libs/permission';
import { Database, type Transaction } from '#libs/storage';

/** Whose payload: an organisation's subject, under its pseudonym. */
export interface SubjectName {
  readonly organization: string;
  readonly subject: string;
}

/** A data key as it rests; `wrapped` is null where it was erased. */
export interface StoredKey extends SubjectName {
  readonly id: string;
  readonly provider: string;
  readonly wrapped: string | null;
}

/** A part of a payload about to be stored. */
export interface NewPayload extends SubjectName {
  readonly requestId: string;
  readonly part: number;
  readonly project: string;
  readonly keyId: string;
  readonly head: Omit<PayloadCaptured, 'endUser'>;
  readonly ciphertext: Buffer;
}

/** A part as it was stored, with its key. */
export interface StoredPayload {
  readonly head: PayloadCaptured;
  readonly ciphertext: Buffer;
  readonly key: StoredKey;
}

interface KeyRow {
  id: string;
  organization: string;
  subject: string;
  provider: string;
  wrapped: string | null;
}

const CAPPED = (caps: string): string =>
  `json_to_recordset(${caps}) AS cap(organization text, project text, days integer)`;
const BEYOND_PLAN = `payload.kept_at <= now() - make_interval(days => cap.days)`;
const SUBJECTS = `json_to_recordset($1) AS wanted(organization text, subject text)`;

@Injectable()
export class PayloadsRepository {
  constructor(private readonly database: Database) {}

  /** The keys in use of these subjects, as far as they have one. */
  async keysInUse(subjects: readonly SubjectName[]): Promise<StoredKey[]> {
    return this.database.query<KeyRow>(
      `SELECT id, key.organization, key.subject, provider, wrapped FROM audit.payload_keys key
       JOIN ${SUBJECTS} USING (organization, subject) WHERE erased_at IS NULL`,
      [JSON.stringify(subjects)],
    );
  }

  /** Where another process was faster, that one's key stays. */
  async addKeys(keys: readonly (SubjectName & { provider: string; wrapped: string })[]): Promise<void> {
    await this.database.query(
      `INSERT INTO audit.payload_keys (organization, subject, provider, wrapped)
       SELECT * FROM json_to_recordset($1) AS key(organization text, subject text, provider text, wrapped text)
       ON CONFLICT (organization, subject) WHERE erased_at IS NULL DO NOTHING`,
      [JSON.stringify(keys)],
    );
  }

  /** When these subjects were erased last, as far as they were. */
  async erasuresOf(
    subjects: readonly SubjectName[],
    on: Pick<Database | Transaction, 'query'> = this.database,
  ): Promise<(SubjectName & { erasedAt: Date })[]> {
    return on.query(
      `SELECT organization, subject, erased_at AS "erasedAt" FROM audit.erasures JOIN ${SUBJECTS} USING (organization, subject)`,
      [JSON.stringify(subjects)],
    );
  }

  /** Whether all these keys are still there; they then stay until the transaction ends. */
  async holdKeys(transaction: Transaction, ids: readonly string[]): Promise<boolean> {
    const rows = await transaction.query(
      'SELECT id FROM audit.payload_keys WHERE id = ANY($1::bigint[]) AND erased_at IS NULL ORDER BY id FOR SHARE',
      [ids],
    );
    return rows.length === ids.length;
  }

  async add(transaction: Transaction, payloads: readonly NewPayload[]): Promise<void> {
    for (const { organization, requestId, part, project, keyId, head, ciphertext } of payloads) {
      const days = head.retentionDays ?? null;
      await transaction.query(
        `INSERT INTO audit.payloads (organization, request_id, part, project, key_id, head, ciphertext, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(days => $8::int))`,
        [organization, requestId, part, project, keyId, JSON.stringify(head), ciphertext, days],
      );
    }
  }

  /** A part of what is kept of a request, as far as the reader may see it. */
  async find(
    { organization, project }: { organization: string; project: string | undefined },
    requestId: string,
    part: number,
  ): Promise<StoredPayload | undefined> {
    const [row] = await this.database
      .asTenant({ organization, project })
      .query<KeyRow & { head: PayloadCaptured; ciphertext: Buffer }>(
        `SELECT head, ciphertext, id, key.organization, key.subject, provider, wrapped
       FROM audit.payloads payload JOIN audit.payload_keys key ON key.id = payload.key_id
       WHERE payload.organization = $1 AND request_id = $2 AND part = $3 AND ($4::text IS NULL OR project = $4)`,
        [organization, requestId, part, project ?? null],
      );
    if (!row) return undefined;
    const { head, ciphertext, ...key } = row;
    return { head, ciphertext, key };
  }

  /** Whether somebody holds the log, which is locked by now. */
  async isHeld(transaction: Transaction, organization: string): Promise<boolean> {
    const rows = await transaction.query(
      'SELECT 1 FROM audit.logs WHERE organization = $1 AND held_since IS NOT NULL',
      [organization],
    );
    return rows.length > 0;
  }

  /** Destroys the keys of a subject, and refuses what of it is still under way. Returns how many keys those were. */
  async erase(transaction: Transaction, { organization, subject }: SubjectName, at: Date): Promise<number> {
    await transaction.query(
      `INSERT INTO audit.erasures VALUES ($1, $2, $3)
       ON CONFLICT (organization, subject) DO UPDATE SET erased_at = greatest(audit.erasures.erased_at, EXCLUDED.erased_at)`,
      [organization, subject, at],
    );
    const rows = await transaction.query(
      `UPDATE audit.payload_keys SET wrapped = NULL, erased_at = $3
       WHERE organization = $1 AND subject = $2 AND erased_at IS NULL RETURNING id`,
      [organization, subject, at],
    );
    return rows.length;
  }

  /** What a row held before an update lies in the table's file until it is cleared out. */
  async clearOut(): Promise<void> {
    await this.database.query('VACUUM audit.payload_keys');
  }

  /** Removes what is past its time, a page of an organisation at once; logs that are held keep everything. */
  async removeExpired(
    transaction: Transaction,
    { organization, caps, most }: { organization: string; caps: readonly KeptDays[]; most: number },
  ): Promise<string[]> {
    const ofIt = caps.filter((cap) => cap.organization === organization);
    const rows = await transaction.query<{ request_id: string }>(
      `DELETE FROM audit.payloads WHERE (organization, request_id, part) IN (
         SELECT organization, request_id, part FROM audit.payloads payload
         WHERE organization = $1 AND (expires_at <= now() OR EXISTS (
           SELECT FROM ${CAPPED('$3')} WHERE cap.project = payload.project AND ${BEYOND_PLAN}))
         ORDER BY kept_at LIMIT $2 FOR UPDATE SKIP LOCKED)
       RETURNING request_id`,
      [organization, most, JSON.stringify(ofIt)],
    );
    return rows.map((row) => row.request_id);
  }

  /** Organisations of which something is past its time and which nobody holds. */
  async expiring(caps: readonly KeptDays[]): Promise<string[]> {
    const rows = await this.database.query<{ organization: string }>(
      `SELECT organization FROM (
         SELECT organization FROM audit.payloads WHERE expires_at <= now()
         UNION SELECT payload.organization FROM ${CAPPED('$1')} JOIN audit.payloads payload USING (organization, project)
         WHERE ${BEYOND_PLAN}) AS due
       JOIN audit.logs USING (organization) WHERE held_since IS NULL ORDER BY organization`,
      [JSON.stringify(caps)],
    );
    return rows.map((row) => row.organization);
  }
}
