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
  private readonly listeners: (() => void)[] = [];

  constructor(
    private readonly watch: SnapshotWatch,
    private readonly keys: KeyBucket,
  ) {
    watch.onChange((snapshot) => {
      this.index = budgetIndex(snapshot, this.issued);
      this.wereAny ||= this.index.areAny;
      this.tell();
    });
    keys.onChange((_hash, entry) => {
      if (entry) this.issued.know(entry);
    });
    keys.onNameChange((entry) => {
      this.issued.follow(entry);
      this.wereAny ||= this.issued.areAny;
      if (entry.budgets) this.tell();
    });
    keys.start();
  }

  /** Calls the listener whenever budgets may be others than before, and at once. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
    listener();
  }

  /** Whether configuration and keys have been read since the start. */
  get areKnown(): boolean {
    return this.watch.current !== undefined && this.keys.isRead;
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

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
