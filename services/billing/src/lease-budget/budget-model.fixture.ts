import * as fc from 'fast-check';
import { leaseSize } from './lease-size.policy.js';

/** What may happen to a budget, in the order it happens. `lease` is a place in the list of leases so far, modulo their number. */
export type BudgetStep =
  | { readonly kind: 'lease'; readonly least: number; readonly want: number }
  /** A request takes a part of what the process has of a lease. */
  | { readonly kind: 'hold'; readonly lease: number; readonly amount: number }
  /** The terminal event of the oldest request under way, or once more that of one that has ended. */
  | { readonly kind: 'post'; readonly cost: number; readonly isRepeated: boolean }
  /** A request that went nowhere: it is given back. */
  | { readonly kind: 'void' }
  /** The process gives back what it does not use. */
  | { readonly kind: 'return'; readonly lease: number }
  | { readonly kind: 'expire'; readonly lease: number }
  /** The process dies: what it has of leases is lost until they expire; its requests go on. */
  | { readonly kind: 'crash' };

const amount = fc.integer({ min: 1, max: 120 });
const leasePlace = fc.nat(5);

export const budgetSteps = (maxLength: number) =>
  fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('lease' as const), least: amount, want: amount }) },
      { weight: 5, arbitrary: fc.record({ kind: fc.constant('hold' as const), lease: leasePlace, amount }) },
      {
        weight: 5,
        arbitrary: fc.record({
          kind: fc.constant('post' as const),
          cost: fc.integer({ min: 0, max: 150 }),
          isRepeated: fc.boolean(),
        }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('void' as const) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('return' as const), lease: leasePlace }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire' as const), lease: leasePlace }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const) }) },
    ),
    { maxLength },
  );

export interface ModelLease {
  readonly id: string;
  remaining: number;
  /** What the process may still draw. */
  free: number;
  state: 'held' | 'expired';
}

export interface ModelRequest {
  readonly id: string;
  readonly lease: ModelLease;
  readonly held: number;
}

/** What the tables of a budget must say, step by step: the plainest form of the rules. */
export class BudgetModel {
  posted = 0;
  held = 0;
  overrun = 0;
  readonly leases: ModelLease[] = [];
  readonly underWay: ModelRequest[] = [];
  readonly ended: (ModelRequest & { readonly cost: number })[] = [];
  private count = 0;

  constructor(readonly limit: number) {}

  at(place: number): ModelLease | undefined {
    return this.leases.length === 0 ? undefined : this.leases[place % this.leases.length];
  }

  size(least: number, want: number): number | undefined {
    const amounts = { most: BigInt(this.limit), posted: BigInt(this.posted), held: BigInt(this.held) };
    const size = leaseSize(amounts, { least: BigInt(least), want: BigInt(want) });
    return size === undefined ? undefined : Number(size);
  }

  lease(id: string, size: number): void {
    this.held += size;
    this.leases.push({ id, remaining: size, free: size, state: 'held' });
  }

  hold(lease: ModelLease, amountHeld: number): ModelRequest | undefined {
    if (lease.state !== 'held' || lease.free < amountHeld) return undefined;
    lease.free -= amountHeld;
    const request = { id: `r${this.count++}`, lease, held: amountHeld };
    this.underWay.push(request);
    return request;
  }

  post({ lease, held }: ModelRequest, cost: number): void {
    const posted = Math.min(cost, held);
    this.overrun += cost - posted;
    if (lease.state === 'held') {
      lease.remaining -= held;
      this.held -= held;
      this.posted += posted;
    } else if (this.posted + this.held + posted <= this.limit) this.posted += posted;
    else this.overrun += posted;
  }

  giveBack(lease: ModelLease, given: number): void {
    if (lease.state !== 'held') return;
    lease.remaining -= given;
    this.held -= given;
  }

  expire(lease: ModelLease): void {
    if (lease.state !== 'held') return;
    this.held -= lease.remaining;
    lease.remaining = 0;
    lease.free = 0;
    lease.state = 'expired';
  }
}

/** What carries a step out beside the model: nothing, or billing on Postgres. */
export interface BudgetDriver {
  lease(
    least: number,
    want: number,
  ): Promise<{ id: string; size: number } | undefined> | { id: string; size: number } | undefined;
  post(request: ModelRequest, cost: number): Promise<void> | void;
  giveBack(lease: ModelLease, given: number): Promise<void> | void;
  expire(lease: ModelLease): Promise<void> | void;
}

/** One step in the model and by the driver. A generator, so that a driver without promises costs none. */
export function* takeStep(
  model: BudgetModel,
  step: BudgetStep,
  driver: BudgetDriver,
): Generator<unknown, void, unknown> {
  switch (step.kind) {
    case 'lease': {
      const leased = (yield driver.lease(step.least, step.want)) as { id: string; size: number } | undefined;
      if (leased) model.lease(leased.id, leased.size);
      return;
    }
    case 'hold': {
      const lease = model.at(step.lease);
      if (lease) model.hold(lease, step.amount);
      return;
    }
    case 'post': {
      const request = step.isRepeated ? undefined : model.underWay.shift();
      const again = model.ended[0];
      if (request) {
        model.post(request, step.cost);
        model.ended.push({ ...request, cost: step.cost });
        yield driver.post(request, step.cost);
      } else if (again) yield driver.post(again, step.cost);
      return;
    }
    case 'void': {
      const request = model.underWay.pop();
      if (!request) return;
      model.giveBack(request.lease, request.held);
      yield driver.giveBack(request.lease, request.held);
      return;
    }
    case 'return': {
      const lease = model.at(step.lease);
      if (!lease || lease.free === 0) return;
      const given = lease.free;
      model.giveBack(lease, given);
      lease.free = 0;
      yield driver.giveBack(lease, given);
      return;
    }
    case 'expire': {
      const lease = model.at(step.lease);
      if (!lease) return;
      model.expire(lease);
      yield driver.expire(lease);
      return;
    }
    case 'crash':
      for (const lease of model.leases) lease.free = 0;
  }
}
