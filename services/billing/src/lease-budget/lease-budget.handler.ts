import { Injectable } from '@nestjs/common';
import {
  Subject,
  type BudgetEntry,
  type BudgetLease,
  type BudgetLeaseReply,
  type BudgetReturn,
  type BudgetState,
} from '#libs/contracts';
import { Messaging, QueryRefused } from '#libs/messaging';
import { KnownBudgets } from '../know-budgets/known-budgets.js';
import { BudgetNotices } from '../watch-budgets/budget-notices.js';
import { PromptRatios } from '../watch-budgets/prompt-ratios.js';
import { leaseSize, mayFitLater } from './lease-size.policy.js';
import { newIdentifier, ReservationsRepository, type OpenPeriod } from './reservations.repository.js';

/** So long a lease may be drawn from; what is then left goes back. */
const SPEND_MILLISECONDS = 15_000;
/** For the terminal event of the last request of a lease to reach billing. */
const SETTLE_MILLISECONDS = 60_000;

/** Leases slices of budgets to processes that hold requests by themselves. */
@Injectable()
export class LeaseBudgetHandler {
  constructor(
    private readonly known: KnownBudgets,
    private readonly reservations: ReservationsRepository,
    private readonly messaging: Messaging,
    private readonly notices: BudgetNotices,
    private readonly ratios: PromptRatios,
  ) {}

  /** @throws QueryRefused 503 for a budget that this process has not heard of yet. */
  async lease(ask: BudgetLease): Promise<BudgetLeaseReply> {
    const budget = this.budgetOf(ask.budget);
    if (ask.returned) await this.reservations.giveBack([ask.returned]);
    const least = BigInt(ask.leastNanoUsd);
    const { period, placed } = await this.reservations.place({ budget, subject: ask.subject }, (open) => {
      const spendMilliseconds = spendTimeOf(open);
      const nanoUsd = leaseSize(open, { least, want: BigInt(ask.wantNanoUsd) });
      if (nanoUsd === undefined || spendMilliseconds === 0) return undefined;
      const expiresInMilliseconds = spendMilliseconds + ask.longestCallMilliseconds + SETTLE_MILLISECONDS;
      return { id: newIdentifier('lease'), kind: 'lease', holder: ask.holder, nanoUsd, expiresInMilliseconds };
    });
    if (!placed) await this.onShortage(budget, { ask, period, least });
    const promptRatio = ask.model === undefined ? undefined : this.ratios.of(ask.model);
    return {
      ...(placed && {
        granted: { lease: placed.id, nanoUsd: placed.nanoUsd.toString(), spendMilliseconds: spendTimeOf(period) },
      }),
      state: stateOf(period),
      ...(promptRatio === undefined ? {} : { promptRatio }),
    };
  }

  async giveBack({ returns }: BudgetReturn): Promise<{ returned: number }> {
    return { returned: await this.reservations.giveBack(returns) };
  }

  find(id: string): BudgetEntry | undefined {
    return this.known.find(id);
  }

  /** @throws QueryRefused 503 */
  budgetOf(id: string): BudgetEntry {
    const budget = this.find(id);
    if (budget) return budget;
    const message = `The budget '${id}' is not known to billing yet; try again in a moment.`;
    throw new QueryRefused({ status: 503, code: 'temporarily_unavailable', message });
  }

  /** What others hold and do not use is called back; what never fits in this period is a refusal. */
  private async onShortage(
    budget: BudgetEntry,
    { ask, period, least }: { ask: BudgetLease; period: OpenPeriod; least: bigint },
  ): Promise<void> {
    if (mayFitLater(period, least)) {
      const { subject, holder } = ask;
      this.messaging.publish(Subject.budgetRecalled, JSON.stringify({ budget: budget.id, subject, holder }));
    } else if (period.exceededAt === null && (await this.reservations.noteExceeded(period.id))) {
      await this.notices.raiseExceeded(budget, { ...period, subject: ask.subject });
    }
  }
}

/** Not beyond the end of the period: what is drawn belongs to the period of the lease. */
function spendTimeOf({ leftMilliseconds }: OpenPeriod): number {
  return Math.max(0, Math.floor(Math.min(SPEND_MILLISECONDS, leftMilliseconds ?? Infinity)));
}

/** How a budget stands, as it is told. */
export function stateOf({ most, posted, held, endsAt }: OpenPeriod): BudgetState {
  return {
    limitNanoUsd: most.toString(),
    postedNanoUsd: posted.toString(),
    heldNanoUsd: held.toString(),
    ...(endsAt === undefined ? {} : { resetsAt: endsAt }),
  };
}
