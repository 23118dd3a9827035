import { Injectable } from '@nestjs/common';
import type { ExportRow, ReconciliationReply, ReconciliationRun } from '#libs/contracts';
import { QueryRefused } from '#libs/messaging';
import { Database } from '#libs/storage';
import { compareDays } from './compare-days.policy.js';

const READ_DAYS = `
SELECT day::text, model, json_build_object('cost', sum(cost_nano_usd)::text, 'prompt_tokens', sum(prompt_tokens)::text,
  'cached_prompt_tokens', sum(cached_prompt_tokens)::text, 'completion_tokens', sum(completion_tokens)::text) AS amounts
FROM billing.provider_days WHERE provider = ANY($1) AND day BETWEEN $2 AND $3 GROUP BY day, model`;

/** Holds what a provider says it was used for, and what it bills, against the calls that are on record. */
@Injectable()
export class ReconcileCostsHandler {
  constructor(private readonly database: Database) {}

  /** @throws QueryRefused 403 for anybody but the bootstrap key, since a provider's bill is everybody's. */
  async reconcile({ caller, providers, rows, toleranceMillionths }: ReconciliationRun): Promise<ReconciliationReply> {
    if (!caller.admin) {
      const message = 'Bills of providers are reconciled with the admin key only.';
      throw new QueryRefused({ status: 403, code: 'admin_key_required', message });
    }
    const days = rows.map(({ day }) => day).toSorted();
    const ours = await this.database.query<ExportRow>(READ_DAYS, [providers, days[0], days.at(-1)]);
    return compareDays(rows, ours, { toleranceMillionths });
  }
}
