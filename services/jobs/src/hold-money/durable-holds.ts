import { Injectable } from '@nestjs/common';
import { BudgetBook, downgraded, IssuedBudgets, type HoldBounds } from '#libs/budgets';
import { holdPlaceReplySchema, Subject, type Facts, type HoldPlaceReply } from '#libs/contracts';
import { KeyBucket, Messaging, SnapshotWatch } from '#libs/messaging';
import { Readiness } from '#libs/runtime';
import type { ReleaseOrder } from '../dispatch-work/work-source.js';
import { shortageWords } from './shortage-words.policy.js';

/** Most requests that are asked for at once. */
const CHUNK = 500;
/** A hold outlives the request's last moment, so that its terminal event finds it. */
const GRACE_MILLISECONDS = 60 * 60_000;
/** How long work that no budget has room for is not asked for again, so that its turn goes to others. */
const REST_MILLISECONDS = 1_000;
const WITHOUT_DEADLINE_MILLISECONDS = 7 * 24 * 60 * 60_000;
/** Each leaves out targets of one budget more, or goes on with a cheaper model; few requests are counted by more budgets. */
const MOST_NARROWINGS = 4;

type Requests = readonly (Facts | undefined)[];
type Shortage = NonNullable<HoldPlaceReply['short']>;

/** So many from the first on, and what the next one lacks. */
interface Placed {
  readonly count: number;
  readonly short?: Shortage | undefined;
}

/** How money is set aside. */
export interface PlaceOptions {
  readonly rest?: ReleaseOrder['rest'];
}

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
    keys.onNameChange((entry) => this.issued.follow(entry));
    keys.start();
  }

  /** Whether any budget may count requests of this owner: where not, nobody need read what they ask for. */
  areNeededFor(owner: Pick<Facts, 'organization' | 'project' | 'key'>): boolean {
    return this.book.index.hasAny(owner);
  }

  /** Whether one request of this owner may have room where another has none that came before, for the same model. */
  tellsApart(owner: Pick<Facts, 'organization' | 'project' | 'key'>): boolean {
    return this.book.index.tellsApart(owner);
  }

  /** What counts a request: where one finds no room, those that the same counts would not find it either. */
  countedBy(facts: Facts): string {
    return this.book
      .of(facts)
      .map(({ budget, subject }) => `${budget.id}:${subject ?? ''}`)
      .join('\n');
  }

  /**
   * Those of these requests, from the first on, that may be put on their way now; where there is none, it is free. What a budget that
   * is spent has no room for is kept from its targets where there are others, or goes on as a request for the model that the budget
   * says.
   * @throws MessagingError, QueryRefused while billing cannot say; then none may.
   */
  async place(
    requests: readonly (Facts | undefined)[],
    { rest = () => undefined }: PlaceOptions = {},
  ): Promise<readonly (Facts | undefined)[]> {
    const placed: (Facts | undefined)[] = [];
    while (placed.length < requests.length) {
      const chunk = requests.slice(placed.length, placed.length + CHUNK);
      const { held, short } = await this.placeChunk(chunk);
      placed.push(...held);
      if (held.length < chunk.length) {
        rest({ reason: 'budget', words: this.wordsFor(chunk[held.length], short), milliseconds: REST_MILLISECONDS });
        break;
      }
    }
    return placed;
  }

  /** The budget that a request waits for, by what its caller would be told who is refused for it. */
  private wordsFor(facts: Facts | undefined, short: Shortage | undefined): string {
    const budget = facts && this.book.of(facts).find((applied) => applied.budget.id === short?.budget)?.budget;
    return budget ? shortageWords(budget, short?.resetsAt) : 'one of those that count it';
  }

  private async placeChunk(chunk: Requests): Promise<{ held: Requests; short?: Shortage }> {
    const placed: (Facts | undefined)[] = [];
    let left = chunk;
    for (let narrowings = 0; ; narrowings += 1) {
      const { count, short } = await this.placeSome(left);
      placed.push(...left.slice(0, count));
      left = left.slice(count);
      if (left.length === 0 || !short) return { held: placed };
      const narrowed = narrowings < MOST_NARROWINGS ? this.narrowed(left, short) : undefined;
      if (!narrowed) return { held: placed, short };
      left = narrowed;
    }
  }

  /** By the most that they may cost; near the limit by the least. */
  private async placeSome(some: Requests): Promise<Placed> {
    const wide = await this.ask(some, ({ most }) => most);
    return wide.count > 0 ? wide : this.ask(some, ({ least }) => least);
  }

  private async ask(some: Requests, amountOf: (bounds: HoldBounds) => bigint): Promise<Placed> {
    const counted = some.flatMap((facts, place) => {
      const applied = facts ? this.book.of(facts) : [];
      if (!facts || applied.length === 0) return [];
      const nanoUsd = amountOf(this.book.bounds(facts));
      return nanoUsd === 0n ? [] : [{ facts, applied, nanoUsd, place }];
    });
    if (counted.length === 0) return { count: some.length };
    const query = {
      expiresAt: Math.max(...counted.map(({ facts }) => expiryOf(facts))),
      requests: counted.map(({ facts, applied, nanoUsd }) => ({
        requestId: facts.requestId,
        nanoUsd: nanoUsd.toString(),
        budgets: applied.map(({ budget, subject }) => ({ budget: budget.id, subject })),
      })),
    };
    const { placed, short } = await this.messaging.ask(Subject.holdPlace, query, holdPlaceReplySchema);
    return { count: counted[placed]?.place ?? some.length, short };
  }

  /**
   * The same requests, those led elsewhere that the budget cannot pay for even once nothing is held any more: to other targets, or
   * else to the model that the budget says. Undefined where the first of them cannot be served otherwise, or room may come by waiting:
   * what others hold and do not use is free again soon.
   */
  private narrowed(requests: Requests, { budget: id, subject, unspentNanoUsd }: Shortage): Requests | undefined {
    const unspent = BigInt(unspentNanoUsd);
    const narrow = (facts: Facts): Facts | undefined => {
      const short = this.book.of(facts).find((applied) => applied.budget.id === id && applied.subject === subject);
      if (!short || this.book.bounds(facts).least <= unspent) return undefined;
      return this.book.narrowed(facts, short.budget, unspent) ?? downgraded(facts, short.budget);
    };
    const [first] = requests;
    if (!first || !narrow(first)) return undefined;
    return requests.map((facts) => (facts && narrow(facts)) ?? facts);
  }
}

function expiryOf({ deadline }: Facts): number {
  return (deadline ?? Date.now() + WITHOUT_DEADLINE_MILLISECONDS) + GRACE_MILLISECONDS;
}
