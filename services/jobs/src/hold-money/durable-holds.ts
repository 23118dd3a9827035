import { Injectable } from '@nestjs/common';
import { BudgetBook, IssuedBudgets, type HoldBounds } from '#libs/budgets';
import { holdPlaceReplySchema, Subject, type Facts } from '#libs/contracts';
import { KeyBucket, Messaging, SnapshotWatch } from '#libs/messaging';
import { Readiness } from '#libs/runtime';
import type { ReleaseOrder } from '../dispatch-work/work-source.js';

/** Most requests that are asked for at once. */
const CHUNK = 500;
/** A hold outlives the request's last moment, so that its terminal event finds it. */
const GRACE_MILLISECONDS = 60 * 60_000;
/** How long work that no budget has room for is not asked for again, so that its turn goes to others. */
const REST_MILLISECONDS = 1_000;
const WITHOUT_DEADLINE_MILLISECONDS = 7 * 24 * 60 * 60_000;

/**
 * Sets money aside for requests of the durable lane before they are put on their way. Holds are kept in billing under the ids of
 * the requests, so that putting one on its way again, after a crash or a loss, holds it once. Where a budget has no room, the
 * requests wait as if there were nobody to send them to.
 */
@Injectable()
export class DurableHolds {
  private readonly issued = new IssuedBudgets();
  private book = new BudgetBook({ models: [] });

  constructor(
    watch: SnapshotWatch,
    keys: KeyBucket,
    readiness: Readiness,
    private readonly messaging: Messaging,
  ) {
    watch.onChange((snapshot) => (this.book = new BudgetBook(snapshot, this.issued)));
    readiness.require('the keys', () => keys.isRead);
    keys.onChange((hash, entry) => this.issued.follow(hash, entry));
    keys.start();
  }

  /** Whether any budget may count requests of this owner: where not, nobody need read what they ask for. */
  areNeededFor(owner: Pick<Facts, 'organization' | 'project' | 'key'>): boolean {
    return this.book.index.hasAny(owner);
  }

  /** What counts a request: where one finds no room, those that the same counts would not find it either. */
  countedBy(facts: Facts): string {
    return this.book
      .of(facts)
      .map(({ budget, subject }) => `${budget.id}:${subject ?? ''}`)
      .join('\n');
  }

  /**
   * How many of these requests, from the first on, may be put on their way now; where there is none, it is free.
   * @throws MessagingError, QueryRefused while billing cannot say; then none may.
   */
  async place(requests: readonly (Facts | undefined)[], rest: ReleaseOrder['rest'] = () => undefined): Promise<number> {
    let placed = 0;
    while (placed < requests.length) {
      const chunk = requests.slice(placed, placed + CHUNK);
      const count =
        (await this.placeChunk(chunk, ({ most }) => most)) || (await this.placeChunk(chunk, ({ least }) => least));
      placed += count;
      if (count < chunk.length) {
        rest({ reason: 'budget', words: 'room in a budget', milliseconds: REST_MILLISECONDS });
        break;
      }
    }
    return placed;
  }

  private async placeChunk(
    chunk: readonly (Facts | undefined)[],
    amountOf: (bounds: HoldBounds) => bigint,
  ): Promise<number> {
    const counted = chunk.flatMap((facts, place) => {
      const applied = facts ? this.book.of(facts) : [];
      if (!facts || applied.length === 0) return [];
      const nanoUsd = amountOf(this.book.bounds(facts));
      return nanoUsd === 0n ? [] : [{ facts, applied, nanoUsd, place }];
    });
    if (counted.length === 0) return chunk.length;
    const query = {
      expiresAt: Math.max(...counted.map(({ facts }) => expiryOf(facts))),
      requests: counted.map(({ facts, applied, nanoUsd }) => ({
        requestId: facts.requestId,
        nanoUsd: nanoUsd.toString(),
        budgets: applied.map(({ budget, subject }) => ({ budget: budget.id, subject })),
      })),
    };
    const { placed } = await this.messaging.ask(Subject.holdPlace, query, holdPlaceReplySchema);
    return counted[placed]?.place ?? chunk.length;
  }
}

function expiryOf({ deadline }: Facts): number {
  return (deadline ?? Date.now() + WITHOUT_DEADLINE_MILLISECONDS) + GRACE_MILLISECONDS;
}
