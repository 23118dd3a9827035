import type { BudgetEntry, BudgetScope, Facts, Snapshot } from '#libs/contracts';
import { IssuedBudgets } from './issued-budgets.js';

/** A budget that counts a request, and whose it is within it: an end user where each has one, otherwise nobody's. */
export interface AppliedBudget {
  readonly budget: BudgetEntry;
  readonly subject: string;
}

type Owner = Pick<Facts, 'organization' | 'project' | 'key'>;
type Counted = Owner & Pick<Facts, 'endUser' | 'tags'>;

const MOST_REMEMBERED = 10_000;
const NONE: readonly never[] = [];

/** The budgets of a snapshot, looked up by whose request it is; a request of an owner without any costs one look-up. */
export interface BudgetIndex {
  readonly areAny: boolean;
  find(id: string): BudgetEntry | undefined;
  all(): readonly BudgetEntry[];
  /** Whether any budget may count requests of this owner. */
  hasAny(owner: Owner): boolean;
  /** Whether requests of this owner for one model may be counted by different budgets: by their end users or tags. */
  tellsApart(owner: Owner): boolean;
  /**
   * The budgets that count a request for a public model which may reach these providers; sorted by id, so that whoever takes
   * from several takes them in one order.
   */
  of(facts: Counted, model: string, providers: () => ReadonlySet<string>): readonly AppliedBudget[];
}

/** Prepares the budgets of a snapshot; done once for each revision. Those of `issued` are looked up as they are at the time. */
export function budgetIndex(
  { budgets = [] }: Pick<Snapshot, 'budgets'>,
  issued: IssuedBudgets = new IssuedBudgets(),
): BudgetIndex {
  const sorted = budgets.toSorted((left, right) => (left.id < right.id ? -1 : 1));
  const remembered = new Map<string, readonly BudgetEntry[]>();
  const byId = new Map(sorted.map((budget) => [budget.id, budget]));
  const configuredFor = (path: string, owner: Owner): readonly BudgetEntry[] => {
    const known = remembered.get(path);
    if (known) return known;
    const owned = sorted.filter((budget) => isOwner(budget, owner));
    if (remembered.size < MOST_REMEMBERED) remembered.set(path, owned);
    return owned;
  };
  const ownedBy = (owner: Owner): readonly BudgetEntry[] => {
    const path = `${owner.organization}/${owner.project}/${owner.key}`;
    const configured = configuredFor(path, owner);
    const others = issued.of(path).filter(({ id }) => !byId.has(id));
    if (others.length === 0) return configured;
    return [...configured, ...others].toSorted((left, right) => (left.id < right.id ? -1 : 1));
  };
  const areAny = (): boolean => sorted.length > 0 || issued.areAny;
  return {
    get areAny() {
      return areAny();
    },
    find: (id) => byId.get(id) ?? issued.find(id),
    all: () => [...sorted, ...issued.all().filter(({ id }) => !byId.has(id))],
    hasAny: (owner) => areAny() && ownedBy(owner).length > 0,
    tellsApart: (owner) => areAny() && ownedBy(owner).some(({ scope }) => scope !== undefined && isOfSome(scope)),
    of: (facts, model, providers) => {
      if (!areAny()) return NONE;
      const owned = ownedBy(facts);
      if (owned.length === 0) return NONE;
      return owned.flatMap((budget) => applied(budget, { facts, model, providers }));
    },
  };
}

function isOwner({ organization, project, key }: BudgetEntry, owner: Owner): boolean {
  return (
    organization === owner.organization &&
    (project === undefined || project === owner.project) &&
    (key === undefined || key === owner.key)
  );
}

function isOfSome({ tags, endUsers, eachEndUser }: BudgetScope): boolean {
  return tags !== undefined || endUsers !== undefined || eachEndUser !== undefined;
}

interface Asked {
  readonly facts: Counted;
  readonly model: string;
  readonly providers: () => ReadonlySet<string>;
}

function applied(budget: BudgetEntry, asked: Asked): AppliedBudget[] {
  const { scope } = budget;
  if (scope === undefined) return [{ budget, subject: '' }];
  if (!isInScope(scope, asked)) return [];
  return [{ budget, subject: scope.eachEndUser ? (asked.facts.endUser ?? '') : '' }];
}

function isInScope(scope: BudgetScope, { facts, model, providers }: Asked): boolean {
  const { endUser, tags = [] } = facts;
  return (
    (scope.models?.includes(model) ?? true) &&
    (scope.tags?.some((tag) => tags.includes(tag)) ?? true) &&
    (scope.endUsers === undefined || (endUser !== undefined && scope.endUsers.includes(endUser))) &&
    (scope.eachEndUser === undefined || endUser !== undefined) &&
    (scope.providers?.some((provider) => providers().has(provider)) ?? true)
  );
}
