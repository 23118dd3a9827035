import { Injectable } from '@nestjs/common';
import {
  encodeRequestEnded,
  recordedFactsOf,
  requestEndedSubject,
  type Decision,
  type Facts,
  type RequestEnded,
  type RoutingSlip,
} from '#libs/contracts';
import { AtomicBatchPublisher, SnapshotWatch } from '#libs/messaging';
import { NoEligibleTarget, planRoute, routingTable, shadowOf, type RoutingTable } from '#libs/routing';
import { Readiness } from '#libs/runtime';
import { metrics } from '#libs/telemetry';
import { LiveTargets } from '../follow-targets/live-targets.js';

/** Plans under the configuration in force, and ends requests that no target may serve. */
@Injectable()
export class PlanRouteHandler {
  private table: RoutingTable | undefined;
  /** Whether any model's requests are copied; all others pay nothing for it. */
  private copies = false;

  constructor(
    watch: SnapshotWatch,
    readiness: Readiness,
    private readonly results: AtomicBatchPublisher,
    private readonly targets: LiveTargets,
  ) {
    readiness.require('the configuration snapshot', () => this.table !== undefined);
    watch.onChange((snapshot) => {
      this.table = routingTable(snapshot);
      this.copies = [...snapshot.models, ...(snapshot.trial?.models ?? [])].some(({ routing }) => routing?.shadow);
    });
  }

  /** The plan of a request that is now sent on its way. @throws NoEligibleTarget */
  plan(facts: Facts): RoutingSlip {
    const slip = this.decide(facts);
    const [first] = slip.targets;
    if (first) this.targets.notePlanned(facts.model, first);
    return slip;
  }

  /** How a request would be planned now. @throws NoEligibleTarget */
  decide(facts: Facts): RoutingSlip {
    if (!this.table) throw new NoEligibleTarget('The router has no configuration yet.', 'no_eligible_target', []);
    return planRoute(facts, this.table, this.targets.at(Date.now()));
  }

  /** The model that gets a copy of the request, where its model's policy sends one. */
  shadowOf(facts: Facts): string | undefined {
    return this.table && this.copies ? shadowOf(facts, this.table) : undefined;
  }

  /** The terminal event of a request that could not be planned. */
  refusalEvent(facts: Facts, refusal: NoEligibleTarget): RequestEnded {
    return {
      version: 1,
      outcome: 'failed',
      requestId: facts.requestId,
      organization: facts.organization,
      project: facts.project,
      key: facts.key,
      lane: facts.lane,
      dialect: facts.dialect,
      operation: facts.operation,
      model: facts.model,
      stream: facts.stream,
      ...(facts.endUser === undefined ? {} : { endUser: facts.endUser }),
      facts: recordedFactsOf(facts),
      receivedAt: facts.receivedAt,
      endedAt: Date.now(),
      decision: this.refusedDecision(refusal),
      attempts: [],
      error: { class: refusal.errorClass, message: refusal.message, status: refusal.status, code: refusal.code },
      ...(facts.job ? { job: facts.job } : {}),
    };
  }

  /** What stands in the record of a request that no target may serve. */
  refusedDecision({ candidates }: NoEligibleTarget): Decision {
    return { snapshotRevision: this.table?.revision ?? 0, strategy: 'none', candidates };
  }

  /** Resolves when the event is stored. */
  async record(event: RequestEnded): Promise<void> {
    metrics.requests.add({ outcome: event.outcome, lane: event.lane, model: 'unknown' });
    await this.results.publish(requestEndedSubject(event), encodeRequestEnded(event));
  }
}
