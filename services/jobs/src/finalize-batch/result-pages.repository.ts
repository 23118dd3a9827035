import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';
import type { ResultToWrite } from './output-line.policy.js';

/** Which results, and how many at most at once. */
export interface PageRequest {
  readonly which: 'completed' | 'not completed';
  readonly afterLine: number;
  readonly rows: number;
  readonly bytes: number;
}

/** Reads `jobs.batch_results` in the order of the lines, in pages bounded by rows and by bytes. */
@Injectable()
export class ResultPagesRepository {
  constructor(private readonly database: Database) {}

  /** The next page; empty at the end. One row that alone is larger than `bytes` makes a page of its own. */
  async page(batchId: string, request: PageRequest): Promise<ResultToWrite[]> {
    return this.database.query<ResultToWrite>(
      `WITH next AS MATERIALIZED (
         SELECT line, sum(coalesce(octet_length(answer), 0)) OVER (ORDER BY line) - coalesce(octet_length(answer), 0) AS before
         FROM (SELECT line, answer FROM jobs.batch_results
           WHERE batch_id = $1 AND line > $2 AND (outcome = 'completed') = $3 ORDER BY line LIMIT $4) following
       )
       SELECT r.line, l.custom_id AS "customId", r.request_id AS "requestId", r.outcome, r.status_code AS "statusCode", r.answer,
         r.error_code AS "errorCode", r.error_message AS "errorMessage"
       FROM next JOIN jobs.batch_results r ON r.batch_id = $1 AND r.line = next.line
         JOIN jobs.batch_lines l ON l.batch_id = $1 AND l.line = next.line
       WHERE next.before < $5 ORDER BY r.line`,
      [batchId, request.afterLine, request.which === 'completed', request.rows, request.bytes],
    );
  }
}
