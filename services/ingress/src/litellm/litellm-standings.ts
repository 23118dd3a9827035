import { Injectable } from '@nestjs/common';
import {
  budgetListReplySchema,
  Subject,
  usageReportReplySchema,
  type BudgetRecord,
  type Caller,
  type UsageReport,
} from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import { LITELLM_BUDGET } from './litellm-allowances.js';

const NANO_PER_USD = 1e9;

/** A key, or a project as the team that it is for LiteLLM. */
export interface Spender {
  readonly organization: string;
  readonly project: string;
  readonly key?: string;
}

/** What a spender has spent, in US dollars, and how the budget stands that `max_budget` made. */
export interface Standing {
  readonly spend: number;
  readonly record: BudgetRecord | undefined;
}

/** What keys and teams have spent: in the period of the budget that `max_budget` made, or where they have none, all there was. */
@Injectable()
export class LitellmStandings {
  constructor(private readonly messaging: Messaging) {}

  async of(
    caller: Caller,
    spender: Spender,
    budgets: readonly Readonly<Record<string, unknown>>[] = [],
  ): Promise<Standing> {
    const record = budgets.some(({ name }) => name === LITELLM_BUDGET)
      ? await this.recordOf(caller, spender)
      : undefined;
    const nanoUsd = record?.postedNanoUsd ?? (await this.spent(caller, spender));
    return { spend: Number(nanoUsd) / NANO_PER_USD, record };
  }

  private async recordOf(caller: Caller, { organization, project, key }: Spender): Promise<BudgetRecord | undefined> {
    const { budgets } = await this.messaging.ask(Subject.budgetList, { caller }, budgetListReplySchema);
    return budgets.find(
      (record) =>
        record.id.endsWith(`:${LITELLM_BUDGET}`) &&
        record.organization === organization &&
        record.project === project &&
        record.key === key,
    );
  }

  private async spent(caller: Caller, only: Spender): Promise<string> {
    const query: UsageReport = { caller, groupBy: [only.key === undefined ? 'project' : 'key'], only };
    const { rows } = await this.messaging.ask(Subject.usageReport, query, usageReportReplySchema);
    return rows.reduce((sum, { costNanoUsd }) => sum + BigInt(costNanoUsd), 0n).toString();
  }
}
