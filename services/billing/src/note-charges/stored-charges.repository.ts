import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';

@Injectable()
export class StoredChargesRepository {
  constructor(private readonly database: Database) {}

  /** What the books charged for these requests, in nano-USD; what they cost beyond their holds nobody is charged for. */
  async costsOf(requestIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (requestIds.length === 0) return new Map();
    const rows = await this.database.query<{ request_id: string; cost: string }>(
      'SELECT request_id, (cost_nano_usd - overrun_nano_usd)::text AS cost FROM billing.charges WHERE request_id = ANY($1)',
      [requestIds],
    );
    return new Map(rows.map(({ request_id: requestId, cost }) => [requestId, cost]));
  }
}
