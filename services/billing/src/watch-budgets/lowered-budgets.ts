import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Subject, type BudgetEntry } from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import { Database } from '#libs/storage';
import { Logger } from '#libs/telemetry';
import { KnownBudgets } from '../know-budgets/known-budgets.js';
import { BudgetNotices } from './budget-notices.js';

const RETRY_MILLISECONDS = 2_000;

interface LoweredPeriod {
  readonly id: string;
  readonly budget: string;
  readonly subject: string;
  readonly startsAt: number;
  readonly limit: string;
  readonly granted: string;
  readonly posted: string;
  readonly held: string;
}

/** Periods at hand whose limit was higher when money was last asked of them. */
const FIND = `
SELECT period.id, budget_id AS budget, subject, (extract(epoch FROM period.starts_at) * 1000)::float8 AS "startsAt",
  given."limit"::text AS "limit", granted_nano_usd::text AS granted, posted_nano_usd::text AS posted, held_nano_usd::text AS held
FROM json_to_recordset($1) AS given(id text, "limit" bigint, period text, zone text)
CROSS JOIN LATERAL billing.period_of(given.period, given.zone, now()) at_hand
JOIN billing.budget_periods period
  ON budget_id = given.id AND period.starts_at = at_hand.starts_at AND limit_nano_usd > given."limit"`;
const LOWER = 'UPDATE billing.budget_periods SET limit_nano_usd = $2 WHERE id = $1 AND limit_nano_usd > $2';

/**
 * Follows limits that are lowered: what processes have leased under the higher one is called back, so that the lower one holds at
 * once, and a limit below what is spent and held already raises a notification. One that was lowered while this process was away
 * is found when it starts.
 */
@Injectable()
export class LoweredBudgets implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly limits = new Map<string, string>();
  private looking: Promise<void> | undefined;
  private isAsked = false;
  private retry: NodeJS.Timeout | undefined;

  constructor(
    private readonly known: KnownBudgets,
    private readonly database: Database,
    private readonly notices: BudgetNotices,
    private readonly messaging: Messaging,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.known.onChange(() => void this.look());
  }

  beforeApplicationShutdown(): void {
    clearTimeout(this.retry);
  }

  /** Resolves when everything that was asked for up to now has been looked at. Never rejects. */
  async look(): Promise<void> {
    this.isAsked = true;
    this.looking ??= this.lookWhileAsked().finally(() => (this.looking = undefined));
    await this.looking;
  }

  private async lookWhileAsked(): Promise<void> {
    while (this.isAsked) {
      this.isAsked = false;
      const budgets = this.known.all().filter(({ id, limitNanoUsd }) => this.limits.get(id) !== limitNanoUsd);
      try {
        for (const budget of budgets) this.limits.set(budget.id, budget.limitNanoUsd);
        if (budgets.length === 0) continue;
        await this.database.whenReady();
        await this.follow(budgets);
      } catch (error) {
        for (const { id } of budgets) this.limits.delete(id);
        this.logger.warn({ error }, 'budgets whose limits were lowered are looked at again in a moment');
        clearTimeout(this.retry);
        this.retry = setTimeout(() => void this.look(), RETRY_MILLISECONDS);
        this.retry.unref();
      }
    }
  }

  private async follow(budgets: readonly BudgetEntry[]): Promise<void> {
    const given = budgets.map(({ id, limitNanoUsd: limit, period, timeZone: zone }) => ({ id, limit, period, zone }));
    const byId = new Map(budgets.map((budget) => [budget.id, budget]));
    for (const period of await this.database.query<LoweredPeriod>(FIND, [JSON.stringify(given)])) {
      const budget = byId.get(period.budget);
      if (!budget) continue;
      this.messaging.publish(
        Subject.budgetRecalled,
        JSON.stringify({ budget: budget.id, subject: period.subject, holder: '' }),
      );
      const [most, posted, held] = [BigInt(period.limit) + BigInt(period.granted), period.posted, period.held];
      // Told first and noted then: a crash in between tells it twice, and the stream and its receivers know a repetition.
      if (BigInt(posted) + BigInt(held) > most)
        await this.notices.raiseBelowUsed(budget, { ...period, most, posted: BigInt(posted) }, BigInt(held));
      await this.database.query(LOWER, [period.id, period.limit]);
    }
  }
}
