import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Facts } from '#libs/contracts';
import { ModelTargets } from '../dispatch-work/model-targets.js';
import { WHILE_HELD } from '../dispatch-work/queue-window.policy.js';
import type { ReleaseOrder, WorkRest } from '../dispatch-work/work-source.js';
import { DurableHolds } from '../hold-money/durable-holds.js';
import { steeringOf, type Steering } from '../hold-money/steering.js';
import type { Batch } from '../keep-batch/batch.js';
import { DurableLimits } from '../limit-rate/durable-limits.js';
import { LikelyRoutes } from '../limit-rate/likely-routes.js';
import type { AsideLine } from './aside-lines.repository.js';
import { RestingKinds } from './resting-kinds.js';

/** What is to be kept in mind of an order where room is looked for. */
export type RoomOrder = Pick<ReleaseOrder, 'avoid' | 'pausedModels' | 'rest'>;

/** A line and what it asks for; undefined where it cannot be sent, and goes as such. */
export interface AskedLine {
  readonly line: number;
  readonly facts: Facts | undefined;
}

/** Which lines wait; all others may go, some of them kept from some of their targets. */
export interface RoomForLines {
  readonly aside: readonly AsideLine[];
  readonly steering: ReadonlyMap<string, Steering> | undefined;
}

type Requests = AsyncIterable<Facts | undefined> | Iterable<Facts | undefined>;

/** Says which lines of batches fit into rate limits, have money set aside, and are for somebody who can be called. */
@Injectable()
export class LineRoom {
  private readonly resting = new RestingKinds();

  constructor(
    private readonly holds: DurableHolds,
    private readonly rates: DurableLimits,
    private readonly routes: LikelyRoutes,
    private readonly targets: ModelTargets,
  ) {}

  /** Whether anything may keep lines of the batch waiting: where not, nobody need read what they ask for. */
  isAskedFor(batch: Batch, { avoid, pausedModels }: RoomOrder): boolean {
    return (
      avoid.length + pausedModels.length > 0 ||
      this.rates.areNeededFor(batch) ||
      this.holds.areNeededFor(batch) ||
      (batch.model === null && this.targets.areAnyHeld(Date.now()))
    );
  }

  /** Whether what one line waits for, all behind it wait for as well. */
  areAlike(batch: Batch): boolean {
    return batch.model !== null && !this.rates.tellsApart(batch) && !this.holds.tellsApart(batch);
  }

  /** Those of the requests, from the first on, that may go. */
  async first(
    batch: Batch,
    requests: Requests,
    { rest, pausedModels }: RoomOrder,
  ): Promise<readonly (Facts | undefined)[]> {
    const fitting = await this.rates.place(this.routes.unpaused(requests, rest, pausedModels), rest);
    const held = this.holds.areNeededFor(batch) ? await this.holds.place(fitting, { rest }) : fitting;
    this.rates.putBack(fitting.slice(held.length));
    return held;
  }

  /** Which of the lines have to wait, where one need not wait for another: those of a kind wait for the same. */
  async each(batch: Batch, lines: readonly AskedLine[], order: RoomOrder): Promise<RoomForLines> {
    const asking = lines.filter((line): line is AskedLine & { facts: Facts } => line.facts !== undefined);
    const kinds = Map.groupBy(asking, ({ facts }) => this.kindOf(batch, facts));
    const found = await Promise.all(
      [...kinds].map(async ([kind, of]) => {
        const facts = of.map((line) => line.facts);
        const held = await this.ofKind(batch, { kind, facts }, order);
        return { held, aside: of.slice(held.length).map(({ line }) => ({ line, kind })) };
      }),
    );
    return {
      aside: found.flatMap(({ aside }) => aside),
      steering: steeringOf(found.flatMap(({ held }) => held)),
    };
  }

  /** Kinds of lines of the batch that are not asked for now; `rest` is told why. */
  restingOf(batchId: string, rest: (why: WorkRest) => void): string[] {
    const resting = this.resting.of(batchId, Date.now());
    for (const { why } of resting) rest(why);
    return resting.map(({ kind }) => kind);
  }

  private async ofKind(
    batch: Batch,
    { kind, facts }: { kind: string; facts: readonly Facts[] },
    order: RoomOrder,
  ): Promise<readonly (Facts | undefined)[]> {
    const known = this.resting.why(batch.id, kind, Date.now());
    if (known) {
      order.rest(known);
      return [];
    }
    const rest = (why: WorkRest): void => {
      this.resting.add(batch.id, { kind, why }, Date.now());
      order.rest(why);
    };
    return this.first(batch, this.callable(batch, facts, rest), { ...order, rest });
  }

  /** Of requests for a model none of whose targets can be called, so many as show that one is well again. */
  private callable(batch: Batch, facts: readonly Facts[], rest: (why: WorkRest) => void): readonly Facts[] {
    const [first] = facts;
    if (!first || batch.model !== null) return facts;
    const now = Date.now();
    const hold = this.targets.hold(first.model, now);
    const room = this.resting.probes(
      `${batch.id} ${first.model}`,
      { isHeld: hold !== undefined, wanted: facts.length, most: WHILE_HELD },
      now,
    );
    if (hold && room < facts.length)
      rest({ reason: 'provider', words: hold.words, milliseconds: Math.max(0, (hold.until ?? now) - now) });
    return facts.slice(0, room);
  }

  private kindOf(batch: Batch, facts: Facts): string {
    const user = this.rates.tellsApart(batch) ? (facts.endUser ?? null) : null;
    const budgets = this.holds.areNeededFor(batch) ? this.holds.countedBy(facts) : '';
    const text = JSON.stringify([facts.model, user, budgets]);
    return createHash('sha256').update(text).digest('base64url').slice(0, 22);
  }
}
