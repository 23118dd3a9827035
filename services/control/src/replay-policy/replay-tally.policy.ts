import type { DecidedRequest, PolicyReplayReply } from '#libs/contracts';
import type { RoutingTable } from '#libs/routing';

import { decideAgain, predictedCostNanoUsd, wasAnswered } from './decide-again.policy.js';
import { MeasuredTraffic } from './measured-traffic.policy.js';
import { rebuiltFacts } from './rebuilt-facts.policy.js';
import { TargetBook, type Costs, type Placed } from './target-book.policy.js';

const MOST_EXAMPLES = 20;
const MOST_EXAMPLES_OF_A_CHANGE = 3;

const REFUSED = 'refused';

const NO_COSTS: Costs = { before: 0n, after: 0n };

/** Where a request would go, why, and what it would cost there; without a cost where nothing can be said of it. */
interface Predicted {
  readonly first: Placed | undefined;
  readonly reason: string;
  readonly cost: bigint | undefined;
}

/** Requests that only one of the two policies serves, and their cost. */
class ServedByOne {
  private requests = 0;
  private cost = 0n;

  add(cost: bigint): void {
    this.requests++;
    this.cost += cost;
  }

  get told(): PolicyReplayReply['newlyServed'] {
    return { requests: this.requests, costNanoUsd: this.cost.toString() };
  }
}

/** What is told of a replay besides the period, the revision and whether it was cut. */
export type ReplayFindings = Omit<PolicyReplayReply, 'revision' | 'since' | 'until' | 'isCut'>;

/** Decides recorded requests again, oldest first, under the proposed policies and adds up what would change. */
export class ReplayTally {
  private readonly book: TargetBook;
  private readonly traffic = new MeasuredTraffic();
  private readonly leftOut = { withoutFacts: 0, fromCache: 0 };
  private readonly examples: PolicyReplayReply['examples'] = [];
  private readonly examplesOfChange = new Map<string, number>();
  private readonly newlyServed = new ServedByOne();
  private readonly newlyRefused = new ServedByOne();
  private requests = 0;
  private changed = 0;
  private refusedBefore = 0;
  private refusedAfter = 0;
  private withoutCost = 0;

  constructor(
    private readonly proposed: RoutingTable,
    inForce: RoutingTable | undefined,
  ) {
    this.book = new TargetBook(proposed, inForce);
  }

  add(request: DecidedRequest): void {
    if (request.cachedFrom !== undefined) {
      this.leftOut.fromCache++;
      return;
    }
    const facts = rebuiltFacts(request);
    if (!facts || !request.decision) {
      this.leftOut.withoutFacts++;
      return;
    }
    const { first, reason } = decideAgain(facts, this.proposed, this.traffic.at(request.receivedAt));
    const entry = first && this.book.entryOf(first);
    const cost = predictedCostNanoUsd(request, { first, facts, entry });
    this.count(request, { first, reason, cost });
    this.traffic.note(request, first?.servesModel ?? request.model);
    this.book.noteAttempts(request.attempts);
  }

  findings(): ReplayFindings {
    const { requests, changed, refusedBefore, refusedAfter, withoutCost, leftOut, examples } = this;
    return {
      requests,
      leftOut,
      changed,
      refusedBefore,
      refusedAfter,
      newlyServed: this.newlyServed.told,
      newlyRefused: this.newlyRefused.told,
      withoutCost,
      examples,
      ...this.book.summary(),
    };
  }

  private count(request: DecidedRequest, { first, reason, cost }: Predicted): void {
    const was = request.decision?.planned[0];
    this.requests++;
    if (!was) this.refusedBefore++;
    if (!first) this.refusedAfter++;
    if (cost === undefined) this.withoutCost++;
    this.book.count(was, first, this.comparedCosts(request, first, cost));
    const [before, after] = [nameOf(was), nameOf(first)];
    if (before === after) return;
    this.changed++;
    const told = this.examplesOfChange.get(`${before} ${after}`) ?? 0;
    if (told >= MOST_EXAMPLES_OF_A_CHANGE || this.examples.length >= MOST_EXAMPLES) return;
    this.examplesOfChange.set(`${before} ${after}`, told + 1);
    this.examples.push({ requestId: request.requestId, model: request.model, before, after, reason });
  }

  /**
   * Nothing for a request that only one of the policies serves: it is counted apart. What it would cost is a guess at an answer
   * that nobody gave, and a cost that stands against nothing says nothing of the policies.
   */
  private comparedCosts(request: DecidedRequest, first: Placed | undefined, cost: bigint | undefined): Costs {
    const was = request.decision?.planned[0];
    const before = BigInt(request.costNanoUsd ?? '0');
    if (first && nameOf(was) !== nameOf(first) && !(was && wasAnswered(request))) {
      this.newlyServed.add(cost ?? 0n);
      return NO_COSTS;
    }
    if (was && !first) {
      this.newlyRefused.add(before);
      return NO_COSTS;
    }
    return cost === undefined ? NO_COSTS : { before, after: cost };
  }
}

function nameOf(target: Placed | undefined): string {
  return target ? `${target.provider}/${target.model}` : REFUSED;
}
