import { Injectable } from '@nestjs/common';
import type { Hold, RequestEnded } from '#libs/contracts';
import { Database } from '#libs/storage';
import { KnownBudgets } from '../know-budgets/known-budgets.js';

interface Row {
  id: string;
  requestId: string;
  budget: string;
  nanoUsd: string;
}

const FIND = `
SELECT reservation.id, request_id AS "requestId", budget_id AS budget, placed_nano_usd::text AS "nanoUsd"
FROM billing.reservations reservation JOIN billing.budget_periods period ON period.id = period_id
WHERE request_id = ANY($1)`;

/** Finds what was held for requests of the durable lane: their messages may be lost and made again, and carry nothing of it. */
@Injectable()
export class HeldRequestsRepository {
  constructor(
    private readonly known: KnownBudgets,
    private readonly database: Database,
  ) {}

  /** The same events, each with its hold. */
  async withHolds(events: readonly RequestEnded[]): Promise<readonly RequestEnded[]> {
    const durable = events.filter(({ lane, hold, shadowOf }) => lane === 'durable' && !hold && shadowOf === undefined);
    // Where there never was a budget, nobody pays for looking.
    if (!this.known.haveBeen || durable.length === 0) return events;
    const rows = await this.database.query<Row>(FIND, [durable.map(({ requestId }) => requestId)]);
    if (rows.length === 0) return events;
    const byRequest = Map.groupBy(rows, ({ requestId }) => requestId);
    return events.map((event) => {
      const held = byRequest.get(event.requestId);
      return held && !event.hold ? { ...event, hold: this.holdOf(held) } : event;
    });
  }

  private holdOf(rows: readonly Row[]): Hold {
    const amounts = rows.map(({ nanoUsd }) => BigInt(nanoUsd));
    const least = amounts.reduce((left, right) => (right < left ? right : left));
    return {
      nanoUsd: least.toString(),
      leases: rows.map(({ id, nanoUsd, budget }) => {
        const providers = this.known.find(budget)?.scope?.providers;
        return { id, nanoUsd, ...(providers ? { providers } : {}) };
      }),
    };
  }
}
