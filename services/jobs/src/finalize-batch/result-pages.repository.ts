import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';
import type { ResultKind } from './files-of-batch.policy.js';
import type { ResultToWrite } from './output-line.policy.js';

/** Which results: of the lines after `afterLine` up to `upToLine`, and no more bytes of answers at once than `bytes`. */
export interface PageRequest {
  readonly which: ResultKind;
  readonly afterLine: number;
  readonly upToLine: number;
  readonly bytes: number;
}

type StoredResult = Omit<ResultToWrite, 'customId'>;

/** Reads `jobs.batch_results` in the order of the lines, in pages bounded by lines and by bytes. */
@Injectable()
export class ResultPagesRepository {
  constructor(private readonly database: Database) {}

  /**
   * One page; empty where no line of the range is asked for. One row that alone is larger than `bytes` makes a page of its
   * own. Results and names are read apart: each is one range of an index, whatever the planner believes of the tables' sizes,
   * where a join of fresh tables may compare every line of the page with every other.
   */
  async page(batchId: string, request: PageRequest): Promise<ResultToWrite[]> {
    const [results, names] = await Promise.all([this.results(batchId, request), this.names(batchId, request)]);
    return results.map((result) => ({ ...result, customId: names.get(result.line) ?? missingLine(batchId, result) }));
  }

  private results(batchId: string, { which, afterLine, upToLine, bytes }: PageRequest): Promise<StoredResult[]> {
    return this.database.query<StoredResult>(
      `SELECT line, "requestId", outcome, "statusCode", answer, "errorCode", "errorMessage" FROM (
         SELECT line, request_id AS "requestId", outcome, status_code AS "statusCode", answer, error_code AS "errorCode",
           error_message AS "errorMessage",
           sum(coalesce(octet_length(answer), 0)) OVER (ORDER BY line) - coalesce(octet_length(answer), 0) AS before
         FROM jobs.batch_results WHERE batch_id = $1 AND line > $2 AND line <= $3 AND ($4::boolean IS NULL OR (outcome = 'completed') = $4)
       ) page WHERE before < $5 ORDER BY line`,
      [batchId, afterLine, upToLine, which === 'all' ? null : which === 'completed', bytes],
    );
  }

  private async names(batchId: string, { afterLine, upToLine }: PageRequest): Promise<Map<number, string>> {
    const rows = await this.database.query<{ line: number; customId: string }>(
      `SELECT line, custom_id AS "customId" FROM jobs.batch_lines WHERE batch_id = $1 AND line > $2 AND line <= $3`,
      [batchId, afterLine, upToLine],
    );
    return new Map(rows.map(({ line, customId }) => [line, customId]));
  }
}

function missingLine(batchId: string, { line }: StoredResult): never {
  throw new Error(`Line ${line} of ${batchId} has a result but is not in the database; was it changed by hand?`);
}
