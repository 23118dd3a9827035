import { Injectable } from '@nestjs/common';
import {
  budgetListReplySchema,
  Subject,
  type BudgetEntry,
  type BudgetRecord,
  type Caller,
  type KeyObject,
} from '#libs/contracts';
import { Messaging, SnapshotWatch } from '#libs/messaging';
import { formatUsd, parseUsd } from '#libs/pricing';
import { Logger } from '#libs/telemetry';

const REACHED_WITHIN_MILLISECONDS = 2_000;
/** What a budget has that says nothing of these. */
const DEFAULT_PERIOD = 'month';

/** Whose budgets were set: an organisation's own, or those of one of its projects. */
export interface BudgetOwner {
  readonly organization: string;
  readonly project?: string;
}

/** What a change of budgets is answered with besides what was changed; nothing where there is nothing to warn of. */
export interface Warned {
  readonly warnings?: string[];
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
   * A sentence for each budget of these owners whose limit is below what is spent and held in the period at hand. The budgets are
   * set whatever it says, so it never rejects: where nobody can tell, that is the warning.
   */
  async after(revision: number, owners: BudgetOwner | readonly BudgetOwner[], caller: Caller): Promise<Warned> {
    const all = [owners].flat();
    if (all.length === 0) return {};
    return this.warned({ owners: all }, caller, async () => {
      await this.watch.reached(revision, REACHED_WITHIN_MILLISECONDS);
      const set = (this.watch.current?.budgets ?? []).filter((budget) => all.some((owner) => isOf(budget, owner)));
      const limits = new Map(set.map(({ id, limitNanoUsd }) => [id, BigInt(limitNanoUsd)]));
      return limits.size === 0 ? undefined : ({ id }) => limits.get(id);
    });
  }

  /** The same of the budgets of a key that the admin API made, whose limits are in US dollars. */
  async afterKey({ organization, project, name, budgets = [] }: KeyObject, caller: Caller): Promise<Warned> {
    return this.warned({ organization, project, key: name }, caller, async () => {
      const limits = new Map(budgets.map((budget) => [nameIn(budget), limitIn(budget)]));
      if (limits.size === 0) return undefined;
      const isOfKey = (record: BudgetRecord): boolean =>
        record.organization === organization && record.project === project && record.key === name;
      return (record) => (isOfKey(record) ? limits.get(record.id.slice(record.id.lastIndexOf(':') + 1)) : undefined);
    });
  }

  private async warned(
    owner: object,
    caller: Caller,
    prepare: () => Promise<((record: BudgetRecord) => bigint | undefined) | undefined>,
  ): Promise<Warned> {
    try {
      const limitOf = await prepare();
      if (!limitOf) return {};
      const { budgets } = await this.messaging.ask(Subject.budgetList, { caller }, budgetListReplySchema);
      const warnings = budgets.flatMap((record) => warningsOf(record, limitOf(record)));
      return warnings.length === 0 ? {} : { warnings };
    } catch (error) {
      this.logger.warn({ ...owner, error }, 'budgets that were set could not be compared with what is spent');
      return {
        warnings: ['The budgets are set. What is spent already could not be read now; GET /v1/budgets tells it.'],
      };
    }
  }
}

function isOf(budget: BudgetEntry, { organization, project }: BudgetOwner): boolean {
  return budget.organization === organization && budget.project === project && budget.key === undefined;
}

/** As budgets are named in their ids. */
function nameIn({ name, period }: Readonly<Record<string, unknown>>): string {
  return [name, period].find((text) => typeof text === 'string') ?? DEFAULT_PERIOD;
}

function limitIn({ limitUsd, limit }: Readonly<Record<string, unknown>>): bigint {
  return parseUsd([limitUsd, limit].find((text) => typeof text === 'string') ?? '', 'a budget');
}

function warningsOf(record: BudgetRecord, limit: bigint | undefined): string[] {
  if (limit === undefined) return [];
  const [posted, held] = [BigInt(record.postedNanoUsd), BigInt(record.heldNanoUsd)];
  const most = limit + BigInt(record.grantedNanoUsd);
  if (posted + held <= most) return [];
  const whose = record.endUser === undefined ? '' : ` of the end user '${record.endUser}'`;
  const until =
    record.resetsAt === undefined
      ? 'it is raised'
      : `its period ends (${new Date(record.resetsAt).toISOString()}) or it is raised`;
  return [
    `The budget '${record.id}'${whose} is set to ${formatUsd(most)} USD, and ${formatUsd(posted)} USD are spent and ${formatUsd(held)} USD held already: requests are refused until ${until}.`,
  ];
}
