import { Injectable } from '@nestjs/common';
import { budgetListReplySchema, Subject, type BudgetEntry, type BudgetRecord, type Caller } from '#libs/contracts';
import { Messaging, SnapshotWatch } from '#libs/messaging';
import { formatUsd } from '#libs/pricing';
import { Logger } from '#libs/telemetry';

const REACHED_WITHIN_MILLISECONDS = 2_000;

/** Whose budgets were set: an organisation's own, or those of one of its projects. */
export interface BudgetOwner {
  readonly organization: string;
  readonly project?: string;
}

/** Says of budgets that have just been set whether they are closed from the start. */
@Injectable()
export class BudgetWarnings {
  constructor(
    private readonly watch: SnapshotWatch,
    private readonly messaging: Messaging,
    private readonly logger: Logger,
  ) {}

  /**
   * A sentence for each budget of this owner whose limit is below what is spent and held in the period at hand. The budgets are set
   * whatever it says, so it never rejects: where nobody can tell, that is the warning.
   */
  async after(revision: number, owner: BudgetOwner, caller: Caller): Promise<string[]> {
    try {
      await this.watch.reached(revision, REACHED_WITHIN_MILLISECONDS);
      const set = (this.watch.current?.budgets ?? []).filter((budget) => isOf(budget, owner));
      if (set.length === 0) return [];
      const { budgets } = await this.messaging.ask(Subject.budgetList, { caller }, budgetListReplySchema);
      return budgets.flatMap((record) => {
        const budget = set.find(({ id }) => id === record.id);
        return budget ? warningsOf(budget, record) : [];
      });
    } catch (error) {
      this.logger.warn({ ...owner, error }, 'budgets that were set could not be compared with what is spent');
      return ['The budgets are set. What is spent already could not be read now; GET /v1/budgets tells it.'];
    }
  }
}

function isOf(budget: BudgetEntry, { organization, project }: BudgetOwner): boolean {
  return budget.organization === organization && budget.project === project && budget.key === undefined;
}

function warningsOf(budget: BudgetEntry, record: BudgetRecord): string[] {
  const [posted, held, granted] = [record.postedNanoUsd, record.heldNanoUsd, record.grantedNanoUsd].map(BigInt) as [
    bigint,
    bigint,
    bigint,
  ];
  const most = BigInt(budget.limitNanoUsd) + granted;
  if (posted + held <= most) return [];
  const whose = record.endUser === undefined ? '' : ` of the end user '${record.endUser}'`;
  const until =
    record.resetsAt === undefined
      ? 'it is raised'
      : `its period ends (${new Date(record.resetsAt).toISOString()}) or it is raised`;
  return [
    `The budget '${budget.id}'${whose} is set to ${formatUsd(most)} USD, and ${formatUsd(posted)} USD are spent and ${formatUsd(held)} USD held already: requests are refused until ${until}.`,
  ];
}
