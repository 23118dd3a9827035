import type { BudgetEntry, KeyEntry } from '#libs/contracts';

type BudgetedKey = Pick<KeyEntry, 'organization' | 'project' | 'name' | 'budgets'>;

const NONE: readonly BudgetEntry[] = [];

/**
 * Budgets of keys that the admin API made, as their entries in the bucket `keys` say. Of keys with one name, as after a rotation,
 * only the one that is changed from now on has budgets, and they count the requests of both. Those of a revoked key stay known: calls
 * of it may still have to be settled.
 */
export class IssuedBudgets {
  private readonly byHash = new Map<string, readonly BudgetEntry[]>();
  private readonly byId = new Map<string, BudgetEntry>();
  private readonly byPath = new Map<string, Map<string, readonly BudgetEntry[]>>();

  get areAny(): boolean {
    return this.byHash.size > 0;
  }

  /** An entry changed, or was removed. An entry that says the same as before changes nothing. */
  follow(hash: string, entry: BudgetedKey | undefined): void {
    const before = this.byHash.get(hash);
    const budgets = entry?.budgets ?? NONE;
    if (JSON.stringify(before ?? NONE) === JSON.stringify(budgets)) return;
    if (before) this.forget(hash, before);
    const [first] = budgets;
    if (!first) return;
    this.byHash.set(hash, budgets);
    const path = keyPath(first);
    const ofPath = this.byPath.get(path) ?? new Map<string, readonly BudgetEntry[]>();
    this.byPath.set(path, ofPath.set(hash, budgets));
    for (const budget of budgets) this.byId.set(budget.id, budget);
  }

  find(id: string): BudgetEntry | undefined {
    return this.byId.get(id);
  }

  all(): BudgetEntry[] {
    return [...this.byId.values()];
  }

  /** The budgets of whoever calls with a key of this path, `organization/project/key`. */
  of(path: string): readonly BudgetEntry[] {
    const ofPath = this.byPath.get(path);
    if (!ofPath) return NONE;
    const ids = new Set([...ofPath.values()].flatMap((budgets) => budgets.map(({ id }) => id)));
    return [...ids].flatMap((id) => this.byId.get(id) ?? []);
  }

  private forget(hash: string, budgets: readonly BudgetEntry[]): void {
    this.byHash.delete(hash);
    const [first] = budgets;
    const path = first ? keyPath(first) : '';
    const ofPath = this.byPath.get(path);
    ofPath?.delete(hash);
    if (ofPath?.size === 0) this.byPath.delete(path);
    for (const { id } of budgets) this.byId.delete(id);
    // Another key of the same name may have a budget of the same id.
    for (const budget of [...(ofPath?.values() ?? [])].flat()) this.byId.set(budget.id, budget);
  }
}

function keyPath({ organization, project, key }: BudgetEntry): string {
  return `${organization}/${project}/${key}`;
}
