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
  /** Of those that wait, the first for which nobody was asked: too many before it had to be told apart. */
  readonly firstUnasked?: number | undefined;
}

/** A line with what tells apart those that wait for different things. */
type LineOfKind = AskedLine & { readonly facts: Facts; readonly kind: string };

/** So many kinds may turn out to have no money in one step; what is behind them is asked for in another. */
const MOST_SHORTAGES = 20;

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
    const asking = lines.flatMap(({ line, facts }) =>
      facts ? [{ line, facts, kind: this.kindOf(batch, facts) }] : [],
    );
    const kinds = [...Map.groupBy(asking, ({ kind }) => kind).values()];
    const fitting = (await Promise.all(kinds.map((of) => this.withinLimits(batch, of, order)))).flat();
    const { held, firstUnasked } = await this.withMoney(batch, fitting.toSorted(byLine), order);
    const going = new Set(held.map(({ line }) => line));
    const waiting = asking.filter(({ line }) => !going.has(line));
    this.returnProbes(batch, waiting);
    return {
      aside: waiting.map(({ line, kind }) => ({ line, kind })),
      steering: steeringOf(held.map(({ facts }) => facts)),
      firstUnasked,
    };
  }

  /** Kinds of lines of the batch that are not asked for now; `rest` is told why. */
  restingOf(batchId: string, rest: (why: WorkRest) => void): string[] {
    const resting = this.resting.of(batchId, Date.now());
    for (const { why } of resting) rest(why);
    return resting.map(({ kind }) => kind);
  }

  /** Of lines of one kind those, from the first on, that limits have room for. */
  private async withinLimits(
    batch: Batch,
    lines: readonly LineOfKind[],
    order: RoomOrder,
  ): Promise<readonly LineOfKind[]> {
    const kind = lines[0]?.kind ?? '';
    const known = this.resting.why(batch.id, kind, Date.now());
    if (known) {
      order.rest(known);
      return [];
    }
    const rest = this.restOf(batch, kind, order);
    const callable = this.callable(batch, lines, rest).map(({ facts }) => facts);
    const placed = await this.rates.place(this.routes.unpaused(callable, rest, order.pausedModels), rest);
    return withFacts(lines, placed);
  }

  /**
   * Those of the lines that have money set aside. All are asked for together, since there may be as many kinds as lines; the kind of one
   * that finds none waits, and the others are asked for again without it.
   */
  private async withMoney(
    batch: Batch,
    lines: readonly LineOfKind[],
    order: RoomOrder,
  ): Promise<{ held: readonly LineOfKind[] } & Pick<RoomForLines, 'firstUnasked'>> {
    if (!this.holds.areNeededFor(batch)) return { held: lines };
    const held: LineOfKind[] = [];
    let left = lines;
    for (let shortages = 0; left.length > 0 && shortages < MOST_SHORTAGES; shortages += 1) {
      let why: WorkRest | undefined;
      const placed = await this.holds.place(
        left.map(({ facts }) => facts),
        { rest: (told) => (why = told) },
      );
      held.push(...withFacts(left, placed));
      left = left.slice(placed.length);
      // The first of all was asked for at its least as well.
      if (placed.length > 0 || !why) continue;
      const kind = left[0]?.kind ?? '';
      this.restOf(batch, kind, order)(why);
      const { of = [], others = [] } = Object.groupBy(left, (line) => (line.kind === kind ? 'of' : 'others'));
      this.rates.putBack(of.map(({ facts }) => facts));
      left = others;
    }
    this.rates.putBack(left.map(({ facts }) => facts));
    return { held, firstUnasked: left[0]?.line };
  }

  private restOf(batch: Batch, kind: string, order: RoomOrder): (why: WorkRest) => void {
    return (why) => {
      this.resting.add(batch.id, { kind, why }, Date.now());
      order.rest(why);
    };
  }

  /** Of lines for a model none of whose targets can be called, so many as show that one is well again. */
  private callable(batch: Batch, lines: readonly LineOfKind[], rest: (why: WorkRest) => void): readonly LineOfKind[] {
    const [first] = lines;
    if (!first || batch.model !== null) return lines;
    const now = Date.now();
    const hold = this.targets.hold(first.facts.model, now);
    const probes = { isHeld: hold !== undefined, lines: lines.map(({ line }) => line), most: WHILE_HELD };
    const going = this.resting.probes(probesOf(batch, first), probes, now);
    if (hold && going < lines.length)
      rest({ reason: 'provider', words: hold.words, milliseconds: Math.max(0, (hold.until ?? now) - now) });
    return lines.slice(0, going);
  }

  /** Lines that were to go although nobody can be called for them, and cannot for another reason, leave that to others. */
  private returnProbes(batch: Batch, waiting: readonly LineOfKind[]): void {
    if (batch.model !== null) return;
    for (const line of waiting) this.resting.returnProbe(probesOf(batch, line), line.line);
  }

  private kindOf(batch: Batch, facts: Facts): string {
    const user = this.rates.tellsApart(batch) ? (facts.endUser ?? null) : null;
    const budgets = this.holds.areNeededFor(batch) ? this.holds.countedBy(facts) : '';
    const text = JSON.stringify([facts.model, user, budgets]);
    return createHash('sha256').update(text).digest('base64url').slice(0, 22);
  }
}

function byLine(one: LineOfKind, other: LineOfKind): number {
  return one.line - other.line;
}

function probesOf({ id }: Batch, { facts }: LineOfKind): string {
  return `${id} ${facts.model}`;
}

/** The first of the lines, with what came of their facts. */
function withFacts(lines: readonly LineOfKind[], placed: readonly (Facts | undefined)[]): LineOfKind[] {
  return lines.slice(0, placed.length).map((line, index) => ({ ...line, facts: placed[index] ?? line.facts }));
}
