import { Injectable } from '@nestjs/common';
import { budgetIndex, IssuedBudgets, type BudgetIndex } from '#libs/budgets';
import type { BudgetEntry } from '#libs/contracts';
import { KeyBucket, SnapshotWatch } from '#libs/messaging';

/** All budgets there are: those of the configuration in force, and those of keys that the admin API made. */
@Injectable()
export class KnownBudgets {
  private readonly issued = new IssuedBudgets();
  private index: BudgetIndex = budgetIndex({}, this.issued);
  private wereAny = false;

  constructor(watch: SnapshotWatch, keys: KeyBucket) {
    watch.onChange((snapshot) => {
      this.index = budgetIndex(snapshot, this.issued);
      this.wereAny ||= this.index.areAny;
    });
    keys.onChange((hash, entry) => {
      this.issued.follow(hash, entry);
      this.wereAny ||= this.issued.areAny;
    });
    keys.start();
  }

  /** Whether there ever was a budget here. */
  get haveBeen(): boolean {
    return this.wereAny;
  }

  find(id: string): BudgetEntry | undefined {
    return this.index.find(id);
  }

  all(): readonly BudgetEntry[] {
    return this.index.all();
  }
}
