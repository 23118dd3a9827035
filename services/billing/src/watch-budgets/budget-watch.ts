import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';
import { Logger } from '#libs/telemetry';
import { KnownBudgets } from '../know-budgets/known-budgets.js';
import type { SettledPeriod } from '../price-call/charges.repository.js';
import { BudgetNotices } from './budget-notices.js';
import { millionthsOf, reachedShare } from './reached-share.policy.js';

/** Notifies of the shares of budgets that are spent, once each in a period. */
@Injectable()
export class BudgetWatch {
  constructor(
    private readonly known: KnownBudgets,
    private readonly database: Database,
    private readonly notices: BudgetNotices,
    private readonly logger: Logger,
  ) {}

  /**
   * Looks at budgets after requests of them were settled. Never rejects: what could not be told now is told after the next request
   * that is settled.
   */
  async look(periods: readonly SettledPeriod[]): Promise<void> {
    for (const period of periods) {
      try {
        await this.lookAt(period);
      } catch (error) {
        this.logger.warn({ budget: period.budget, error }, 'an alert of a budget is late');
      }
    }
  }

  private async lookAt(settled: SettledPeriod): Promise<void> {
    const budget = this.known.find(settled.budget);
    if (!budget || budget.alertAt.length === 0) return;
    const most = BigInt(settled.limitNanoUsd) + BigInt(settled.grantedNanoUsd);
    const posted = BigInt(settled.postedNanoUsd);
    const share = reachedShare(budget.alertAt, { posted, most, alertedMillionths: settled.alertedMillionths });
    if (share === undefined) return;
    // Told first and noted then: a crash in between tells it twice, and the stream and its receivers know a repetition.
    await this.notices.raiseAlert(budget, { ...settled, most, posted }, share);
    await this.database.query(
      `UPDATE billing.budget_periods SET alerted_millionths = greatest(alerted_millionths, $2) WHERE id = $1`,
      [settled.period, millionthsOf(share)],
    );
  }
}
