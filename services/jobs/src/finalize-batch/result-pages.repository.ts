import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';
import type { ResultToWrite } from './output-line.policy.js';

/** Which results: of the lines after `afterLine` up to `upToLine`, and no more bytes of answers at once than `bytes`. */
export interface PageRequest {
  readonly which: 'completed' | 'not completed';
  readonly afterLine: number;
  readonly upToLine: number;
  readonly bytes: number;
}

/** Reads `jobs.batch_results` in the order of the lines, in pages bounded by lines and by bytes. */
@Injectable()
export class ResultPagesRepository {
  constructor(private readonly database: Database) {}

  /**
   * One page; empty where no line of the range is asked for. One row that alone is larger than `bytes` makes a page of its
   * own. The range stands at every table, so that a page costs the same wherever it is in a large batch, whatever the planner
   * believes of the tables' sizes.
   */
  async page(batchId: string, request: PageRequest): Promise<ResultToWrite[]> {
    return this.database.query<ResultToWrite>(
      `WITH next AS MATERIALIZED (
         SELECT line, sum(coalesce(octet_length(answer), 0)) OVER (ORDER BY line) - coalesce(octet_length(answer), 0) AS before
         FROM jobs.batch_results WHERE batch_id = $1 AND line > $2 AND line <= $3 AND (outcome = 'completed') = $4
       )
       SELECT r.line, l.custom_id AS "customId", r.request_id AS "requestId", r.outcome, r.status_code AS "statusCode", r.answer,
         r.error_code AS "errorCode", r.error_message AS "errorMessage"
       FROM next JOIN jobs.batch_results r ON r.batch_id = $1 AND r.line = next.line AND r.line > $2 AND r.line <= $3
         JOIN jobs.batch_lines l ON l.batch_id = $1 AND l.line = next.line AND l.line > $2 AND l.line <= $3
       WHERE next.before < $5 ORDER BY r.line`,
      [batchId, request.afterLine, request.upToLine, request.which === 'completed', request.bytes],
    );
  }
}
