import { Injectable } from '@nestjs/common';
import type { JobReference } from '#libs/contracts';
import { Database } from '#libs/storage';

/** A request that is over: what it used, 0 where nobody was called for it. */
export interface EndedRequest {
  readonly requestId: string;
  readonly tokens: number;
  /** Who was called for it; null where nobody knows. */
  readonly providers: readonly string[] | null;
}

/** A request of the durable lane, by its id and what it is done for. */
export interface DurableRequest {
  readonly requestId: string;
  readonly job: JobReference;
}

/** A request that is under way, and whose it is. */
export interface RequestUnderWay {
  readonly organization: string;
  readonly project: string;
  readonly key: string;
  readonly model: string | null;
  readonly batchId: string | null;
  readonly line: number | null;
  readonly jobId: string | null;
}

/** Looks up which requests of batches and jobs have ended, whichever process stored that. */
@Injectable()
export class EndedRequestsRepository {
  constructor(private readonly database: Database) {}

  async find(requests: readonly DurableRequest[]): Promise<EndedRequest[]> {
    const lines = requests.flatMap(({ requestId, job }) =>
      'jobId' in job ? [] : [{ requestId, batchId: job.batchId, line: job.line }],
    );
    const jobs = requests.flatMap(({ requestId, job }) => ('jobId' in job ? [{ requestId, jobId: job.jobId }] : []));
    const [ofLines, ofJobs] = await Promise.all([
      lines.length === 0 ? [] : this.endedLines(lines),
      jobs.length === 0 ? [] : this.endedJobs(jobs),
    ]);
    return [...ofLines, ...ofJobs];
  }

  /** A line of a batch that is over will not be called any more, whether it has a result or not. */
  private endedLines(lines: readonly object[]): Promise<EndedRequest[]> {
    return this.database.query<EndedRequest>(
      `SELECT l."requestId", coalesce(r.prompt_tokens + r.completion_tokens, 0)::integer AS tokens,
         string_to_array(r.providers, ',') AS providers
       FROM json_to_recordset($1::json) AS l("requestId" text, "batchId" text, line integer)
         LEFT JOIN jobs.batch_results r ON r.batch_id = l."batchId" AND r.line = l.line
         LEFT JOIN jobs.batches b ON b.id = l."batchId"
       WHERE r.batch_id IS NOT NULL OR b.id IS NULL OR b.status NOT IN ('in_progress', 'cancelling')`,
      [JSON.stringify(lines)],
    );
  }

  private endedJobs(jobs: readonly object[]): Promise<EndedRequest[]> {
    return this.database.query<EndedRequest>(
      `SELECT w."requestId", coalesce(j.prompt_tokens + j.completion_tokens, 0)::integer AS tokens,
         string_to_array(j.providers, ',') AS providers
       FROM json_to_recordset($1::json) AS w("requestId" text, "jobId" text)
         LEFT JOIN jobs.jobs j ON j.id = w."jobId"
       WHERE j.id IS NULL OR j.outcome IS NOT NULL`,
      [JSON.stringify(jobs)],
    );
  }

  /** What was put on its way and has not ended; lines that are at providers count there, and those that were set aside nowhere. */
  underWay(): Promise<RequestUnderWay[]> {
    return this.database.query<RequestUnderWay>(
      `SELECT b.organization, b.project, b.key, b.model, b.id AS "batchId", l.line, NULL AS "jobId"
       FROM jobs.batches b
         JOIN jobs.batch_lines l ON l.batch_id = b.id AND l.line <= b.offered_lines
         LEFT JOIN jobs.batch_results r ON r.batch_id = l.batch_id AND r.line = l.line
         LEFT JOIN jobs.native_lines n ON n.batch_id = l.batch_id AND n.line = l.line AND n.place <> 'done'
         LEFT JOIN jobs.aside_lines a ON a.batch_id = l.batch_id AND a.line = l.line AND a.sent_at IS NULL
       WHERE b.status = 'in_progress' AND r.batch_id IS NULL AND n.batch_id IS NULL AND a.batch_id IS NULL
         AND b.offered_lines > b.completed_lines + b.failed_lines + b.unfinished_lines
       UNION ALL
       SELECT organization, project, key, model, NULL, NULL, id FROM jobs.jobs
       WHERE published_at IS NOT NULL AND outcome IS NULL`,
    );
  }
}
