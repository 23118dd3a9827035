import { Injectable } from '@nestjs/common';
import type { AnswerHead, RequestEnded } from '#libs/contracts';
import { Database, storableText, type Transaction } from '#libs/storage';
import { placeOf, tenantCondition, tenantParameters, type Tenant } from '../keep-batch/tenant.js';
import { JobLimits } from '../job-limits.js';
import type { KeptBytes } from '../keep-job/job-blobs.js';
import type { Job } from '../keep-job/job.js';
import { jobColumns, toJob, type JobRow } from '../keep-job/job-row.js';
import { WebhookOutboxRepository } from '../raise-events/webhook-outbox.repository.js';
import { jobEventsOf } from './job-events.policy.js';
import type { JobEnding } from './job-result.policy.js';

/** A job with its result, where it still has one. */
export interface JobWithResult {
  readonly job: Job;
  readonly contentType: string;
  readonly head: AnswerHead;
  readonly result: KeptBytes;
}

/** What became of jobs, in their rows. */
@Injectable()
export class JobResultRepository {
  constructor(
    private readonly database: Database,
    private readonly outbox: WebhookOutboxRepository,
    private readonly limits: JobLimits,
  ) {}

  /** Whether the event is of a job that has not ended: repeated and forged events change nothing. */
  async isAwaited({ requestId, organization, project }: RequestEnded, jobId: string): Promise<boolean> {
    const rows = await this.database.query<{ id: string }>(
      `SELECT id FROM jobs.jobs
       WHERE id = $1 AND request_id = $2 AND organization = $3 AND project = $4 AND outcome IS NULL`,
      [storableText(jobId), requestId, organization, project],
    );
    return rows.length > 0;
  }

  /**
   * Ends a job, once, and records in the same transaction that receivers of webhooks are to hear of it. Its body is of no use any
   * more.
   */
  async end(jobId: string, ending: JobEnding, result: KeptBytes): Promise<void> {
    await this.database.transaction(async (transaction) => {
      const job = await this.move(transaction, { jobId, ending, result });
      if (job) await this.outbox.record(jobEventsOf(job, ending.isIncomplete), transaction);
    });
  }

  private async move(
    transaction: Transaction,
    { jobId, ending, result }: { jobId: string; ending: JobEnding; result: KeptBytes },
  ): Promise<Job | undefined> {
    const [row] = await transaction.query<JobRow>(
      `UPDATE jobs.jobs SET outcome = $2, ended_at = now(), result_status = $3, result_content_type = $4, result_head = $5,
         result_body = $6, result_blob_key = $7, error_code = $8, error_message = $9, prompt_tokens = $10,
         cached_prompt_tokens = $11, completion_tokens = $12, reasoning_tokens = $13, cost_nano_usd = $14,
         result_expires_at = now() + $15::double precision * interval '1 millisecond', body = NULL,
         providers = $16
       WHERE id = $1 AND outcome IS NULL RETURNING ${jobColumns}`,
      [
        jobId,
        ending.outcome,
        ending.status,
        storableText(ending.contentType),
        storableText(JSON.stringify(ending.head)),
        result.inline,
        result.blobKey,
        ending.errorCode && storableText(ending.errorCode),
        ending.errorMessage && storableText(ending.errorMessage),
        ending.promptTokens,
        ending.cachedPromptTokens,
        ending.completionTokens,
        ending.reasoningTokens,
        ending.costNanoUsd,
        this.limits.jobKeepMilliseconds,
        ending.providers,
      ],
    );
    return row && toJob(row);
  }

  async find(id: string, tenant: Tenant): Promise<JobWithResult | undefined> {
    const [row] = await this.database
      .asTenant(placeOf(tenant))
      .query<
        JobRow & { contentType: string | null; head: string | null; inline: Buffer | null; blobKey: string | null }
      >(
        `SELECT ${jobColumns}, result_content_type AS "contentType", result_head AS head, result_body AS inline,
         result_blob_key AS "blobKey" FROM jobs.jobs WHERE id = $4 AND ${tenantCondition(1)}`,
        [...tenantParameters(tenant), storableText(id)],
      );
    if (!row) return undefined;
    const { contentType, head, inline, blobKey } = row;
    return {
      job: toJob(row),
      contentType: contentType ?? 'application/json',
      head: JSON.parse(head ?? '{"status":500,"attempts":0}') as AnswerHead,
      result: { inline, blobKey },
    };
  }
}
