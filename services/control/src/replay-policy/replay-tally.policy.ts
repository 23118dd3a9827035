import type { DecidedRequest, PolicyReplayReply } from '#libs/contracts';
import type { RoutingTable } from '#libs/routing';

import { decideAgain, predictedCostNanoUsd } from './decide-again.policy.js';
import { MeasuredTraffic } from './measured-traffic.policy.js';
import { rebuiltFacts } from './rebuilt-facts.policy.js';
import { TargetBook, type Placed } from './target-book.policy.js';

const MOST_EXAMPLES = 20;
const MOST_EXAMPLES_OF_A_CHANGE = 3;

const REFUSED = 'refused';

/** What is told of a replay besides the period, the revision and whether it was cut. */
export type ReplayFindings = Omit<PolicyReplayReply, 'revision' | 'since' | 'until' | 'isCut'>;

/** Decides recorded requests again, oldest first, under the proposed policies and adds up what would change. */
export class ReplayTally {
  private readonly book: TargetBook;
  private readonly traffic = new MeasuredTraffic();
  private readonly leftOut = { withoutFacts: 0, fromCache: 0 };
  private readonly examples: PolicyReplayReply['examples'] = [];
  private readonly examplesOfChange = new Map<string, number>();
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
      withoutCost,
      examples,
      ...this.book.summary(),
    };
  }

  private count(
    request: DecidedRequest,
    { first, reason, cost }: { first: Placed | undefined; reason: string; cost: bigint | undefined },
  ): void {
    const was = request.decision?.planned[0];
    this.requests++;
    if (!was) this.refusedBefore++;
    if (!first) this.refusedAfter++;
    if (cost === undefined) this.withoutCost++;
    this.book.count(was, first, {
      before: cost === undefined ? 0n : BigInt(request.costNanoUsd ?? '0'),
      after: cost ?? 0n,
    });
    const [before, after] = [nameOf(was), nameOf(first)];
    if (before === after) return;
    this.changed++;
    const told = this.examplesOfChange.get(`${before} ${after}`) ?? 0;
    if (told >= MOST_EXAMPLES_OF_A_CHANGE || this.examples.length >= MOST_EXAMPLES) return;
    this.examplesOfChange.set(`${before} ${after}`, told + 1);
    this.examples.push({ requestId: request.requestId, model: request.model, before, after, reason });
  }
}

function nameOf(target: Placed | undefined): string {
  return target ? `${target.provider}/${target.model}` : REFUSED;
}
