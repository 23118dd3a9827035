import type { BudgetEntry, KeyEntry } from '#libs/contracts';

type BudgetedKey = Pick<KeyEntry, 'organization' | 'project' | 'name' | 'budgets'>;

const NONE: readonly BudgetEntry[] = [];

/**
 * Budgets of keys that the admin API made, as their entries in the bucket `keys` say. Those of the key that speaks for a name count
 * the requests made by the name, with that key and with one that it replaced. Those of a key before it, or of one that was revoked,
 * stay known by their ids: calls of it may still have to be settled.
 */
export class IssuedBudgets {
  private readonly byPath = new Map<string, readonly BudgetEntry[]>();
  private readonly byId = new Map<string, BudgetEntry>();
  private readonly known = new Map<string, BudgetEntry>();

  get areAny(): boolean {
    return this.byPath.size > 0;
  }

  /** A key there is, whether it speaks for its name or not. */
  know({ budgets }: BudgetedKey): void {
    for (const budget of budgets ?? NONE) this.known.set(budget.id, budget);
  }

  /** The key that speaks for its name, new or changed. An entry that says the same as before changes nothing. */
  follow({ organization, project, name, budgets: given }: BudgetedKey): void {
    const budgets: readonly BudgetEntry[] = given ?? NONE;
    const path = `${organization}/${project}/${name}`;
    const before = this.byPath.get(path) ?? NONE;
    if (JSON.stringify(before) === JSON.stringify(budgets)) return;
    for (const { id } of before) this.byId.delete(id);
    for (const budget of budgets) this.byId.set(budget.id, budget);
    if (budgets.length === 0) this.byPath.delete(path);
    else this.byPath.set(path, budgets);
  }

  find(id: string): BudgetEntry | undefined {
    return this.byId.get(id) ?? this.known.get(id);
  }

  /** Those that count requests from now on. */
  all(): BudgetEntry[] {
    return [...this.byId.values()];
  }

  /** The budgets of whoever calls with a key of this path, `organization/project/key`. */
  of(path: string): readonly BudgetEntry[] {
    return this.byPath.get(path) ?? NONE;
  }
}
