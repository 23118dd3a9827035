import { Injectable } from '@nestjs/common';
import type { Facts, JobList, JobStream } from '#libs/contracts';
import { Database, storableText, type Transaction } from '#libs/storage';
import { placeOf, tenantCondition, tenantParameters, type Tenant } from '../keep-batch/tenant.js';
import type { Job } from './job.js';
import { jobColumns, statusExpression, toJob, type JobRow } from './job-row.js';

/** A job that is to be kept. */
export interface NewJob {
  readonly id: string;
  readonly facts: Facts;
  readonly endpoint: string;
  readonly responseId: string | null;
  readonly previousResponseId: string | null;
  readonly isBackground: boolean;
  readonly body: Uint8Array | null;
  readonly bodyBlobKey: string | null;
  readonly runAt: Date | null;
  readonly expiresAt: Date;
}

/** Beyond this the place of a job is not counted out. */
const MOST_PLACES = 10_000;

/** Rows of `jobs.jobs`, for those whose they are. */
@Injectable()
export class JobRepository {
  constructor(private readonly database: Database) {}

  /** Keeping the same job again changes nothing; it is said to have been there. */
  async insert(
    job: NewJob,
    within: Pick<Transaction, 'query'> = this.database,
  ): Promise<{ job: Job; isRepeat: boolean }> {
    const { facts } = job;
    const [row] = await within.query<JobRow & { isRepeat: boolean }>(
      `INSERT INTO jobs.jobs (id, request_id, organization, project, key, endpoint, model, is_streamed, response_id,
         previous_response_id, facts, body, body_blob_key, run_at, is_scheduled, expires_at, is_background)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, coalesce($14, now()), $14::timestamptz IS NOT NULL, $15, $16)
       ON CONFLICT (id) DO UPDATE SET id = excluded.id RETURNING ${jobColumns}, xmax <> 0 AS "isRepeat"`,
      [
        job.id,
        facts.requestId,
        facts.organization,
        facts.project,
        facts.key,
        job.endpoint,
        storableText(facts.model),
        facts.stream,
        job.responseId,
        job.previousResponseId,
        JSON.stringify(facts),
        job.body,
        job.bodyBlobKey,
        job.runAt,
        job.expiresAt,
        job.isBackground,
      ],
    );
    if (!row) throw new Error(`the job ${job.id} was not stored`);
    return { job: toJob(row), isRepeat: row.isRepeat };
  }

  async find(id: string, tenant: Tenant): Promise<Job | undefined> {
    const [row] = await this.database
      .asTenant(placeOf(tenant))
      .query<JobRow>(`SELECT ${jobColumns} FROM jobs.jobs WHERE id = $4 AND ${tenantCondition(1)}`, [
        ...tenantParameters(tenant),
        storableText(id),
      ]);
    return row && toJob(row);
  }

  async list(query: JobList): Promise<Job[]> {
    const direction = query.order === 'asc' ? 'ASC' : 'DESC';
    const beyond = query.order === 'asc' ? '>' : '<';
    const rows = await this.database.asTenant(placeOf(query.caller)).query<JobRow>(
      `SELECT ${jobColumns} FROM jobs.jobs
       WHERE ${tenantCondition(1)}
         AND ($4::text IS NULL OR (created_at, id) ${beyond} (SELECT created_at, id FROM jobs.jobs WHERE id = $4 AND ${tenantCondition(1)}))
         AND ($5::text IS NULL OR (${statusExpression}) = $5)
         AND ($6::text IS NULL OR endpoint = $6) AND ($7::text IS NULL OR model = $7)
         AND ($8::double precision IS NULL OR created_at >= to_timestamp($8))
         AND ($9::double precision IS NULL OR created_at < to_timestamp($9))
       ORDER BY created_at ${direction}, id ${direction} LIMIT $10`,
      [
        ...tenantParameters(query.caller),
        query.after === undefined ? null : storableText(query.after),
        query.status ?? null,
        query.endpoint === undefined ? null : storableText(query.endpoint),
        query.model === undefined ? null : storableText(query.model),
        query.createdAfter ?? null,
        query.createdBefore ?? null,
        query.limit + 1,
      ],
    );
    return rows.map(toJob);
  }

  /** How many jobs of the same project for the same model are before each of these, in the order in which they are put on their way. */
  async before(jobs: readonly Job[]): Promise<Map<string, number>> {
    const rows = await this.database.query<{ id: string; count: number }>(
      `SELECT mine.id, (
         SELECT count(*)::int FROM (
           SELECT 1 FROM jobs.jobs other
           WHERE other.outcome IS NULL AND other.started_at IS NULL AND other.run_at <= now()
             AND other.organization = mine.organization AND other.project = mine.project AND other.model = mine.model
             AND (other.run_at, other.id) < (mine.run_at, mine.id) LIMIT $2) ahead) AS count
       FROM jobs.jobs mine WHERE mine.id = ANY ($1)`,
      [jobs.map(({ id }) => id), MOST_PLACES],
    );
    return new Map(rows.map(({ id, count }) => [id, count]));
  }

  /** By the id of the job, its request or its response. */
  async stream(
    id: string,
    { organization, project }: Pick<Tenant, 'organization' | 'project'>,
  ): Promise<JobStream | undefined> {
    const [row] = await this.database.asTenant({ organization, project }).query<JobStream>(
      `SELECT request_id AS "requestId", response_id AS "responseId", facts::json->>'dialect' AS dialect,
         is_streamed AS "isStreamed", is_background AS "isBackground", outcome IS NOT NULL AS "hasEnded"
       FROM jobs.jobs WHERE organization = $1 AND project = $2 AND (id = $3 OR request_id = $3 OR response_id = $3)`,
      [organization, project, storableText(id)],
    );
    return row;
  }

  /** For show: that a provider is being called. */
  async noteStart(id: string, requestId: string): Promise<void> {
    await this.database.query(
      `UPDATE jobs.jobs SET started_at = now() WHERE id = $1 AND request_id = $2 AND started_at IS NULL AND outcome IS NULL`,
      [storableText(id), storableText(requestId)],
    );
  }
}
