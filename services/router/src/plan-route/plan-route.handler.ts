import { Injectable } from '@nestjs/common';
import { Markups } from '#libs/budgets';
import {
  encodeRequestEnded,
  eventFacts,
  requestEndedSubject,
  type Decision,
  type Facts,
  type RequestEnded,
  type RoutingSlip,
} from '#libs/contracts';
import { AtomicBatchPublisher, KeyBucket, SnapshotWatch } from '#libs/messaging';
import { Allowances, KeyPolicies } from '#libs/permission';
import {
  NoEligibleTarget,
  PayloadRules,
  planCopy,
  planRoute,
  resolveModel,
  routingTable,
  shadowOf,
  type RoutingTable,
} from '#libs/routing';
import { Readiness } from '#libs/runtime';
import { metrics } from '#libs/telemetry';
import { LiveTargets } from '../follow-targets/live-targets.js';

/** How long a request waits for the configuration that it was accepted under. Revisions come within milliseconds of each other. */
const CATCH_UP_MILLISECONDS = 2_000;

/** Plans under the configuration in force, and ends requests that no target may serve. */
@Injectable()
export class PlanRouteHandler {
  private table: RoutingTable | undefined;
  private readonly allowances = new Allowances();
  private readonly keyPolicies = new KeyPolicies();
  /** Whether any model's requests are copied; all others pay nothing for it. */
  private copies = false;
  private markups = new Markups({});
  private payloads = new PayloadRules({});
  /** The newest revision that was waited for in vain: nobody waits for it again. */
  private missing = 0;

  constructor(
    private readonly watch: SnapshotWatch,
    readiness: Readiness,
    private readonly results: AtomicBatchPublisher,
    private readonly targets: LiveTargets,
    keys: KeyBucket,
  ) {
    readiness.require('the configuration snapshot', () => this.table !== undefined);
    watch.onChange((snapshot) => {
      this.table = routingTable(snapshot);
      this.allowances.follow(snapshot);
      this.markups = new Markups(snapshot);
      this.payloads = new PayloadRules(snapshot);
      this.copies = [...snapshot.models, ...(snapshot.trial?.models ?? [])].some(({ routing }) => routing?.shadow);
    });
    readiness.require('the keys', () => keys.isRead);
    keys.onNameChange((entry) => {
      this.allowances.followKey(entry);
      this.keyPolicies.followKey(entry);
    });
    keys.start();
  }

  /** Whether the configuration that a request was accepted under is here, or has been given up. */
  knows({ revision = 0 }: Facts): boolean {
    return revision <= Math.max(this.table?.revision ?? 0, this.missing);
  }

  /**
   * Waits a moment for the configuration that a request was accepted under. Services hear of a change one after the other: without
   * this, a model that the edge knows already would be unknown here.
   */
  async catchUp({ revision = 0 }: Facts): Promise<void> {
    await this.watch.reached(revision, CATCH_UP_MILLISECONDS);
    if (revision > (this.table?.revision ?? 0)) this.missing = Math.max(this.missing, revision);
  }

  /** The plan of a request that is now sent on its way. @throws NoEligibleTarget */
  plan(facts: Facts): RoutingSlip {
    return this.noted(this.decide(facts), facts);
  }

  /** The plan of a copy of a request that is now sent on its way. @throws NoEligibleTarget */
  planCopy(copy: Facts, original: Facts): RoutingSlip {
    const table = this.requireTable();
    return this.noted(planCopy(copy, original, { table, live: this.targets.at(Date.now()) }), copy);
  }

  /** The facts with the policy of a key that is not of the configuration: the same where it has none. */
  bound(facts: Facts): Facts {
    const keyPolicy = this.keyPolicies.of(facts);
    return keyPolicy ? { ...facts, keyPolicy } : facts;
  }

  /** How a request would be planned now. @throws NoEligibleTarget */
  decide(facts: Facts): RoutingSlip {
    const allowed = this.allowances.of(facts);
    const bound = this.bound(facts);
    return planRoute(allowed ? { ...bound, allowed } : bound, this.requireTable(), this.targets.at(Date.now()));
  }

  /** The model that gets a copy of the request, where its model's policy sends one. */
  shadowOf(facts: Facts): string | undefined {
    return this.table && this.copies ? shadowOf(facts, this.table) : undefined;
  }

  /** The terminal event of a request that could not be planned. */
  refusalEvent(facts: Facts, refusal: NoEligibleTarget): RequestEnded {
    return {
      ...eventFacts(facts),
      outcome: 'failed',
      endedAt: Date.now(),
      decision: this.refusedDecision(refusal),
      attempts: [],
      error: { class: refusal.errorClass, message: refusal.message, status: refusal.status, code: refusal.code },
    };
  }

  /** What stands in the record of a request that no target may serve. */
  refusedDecision({ candidates, basis }: NoEligibleTarget): Decision {
    return { snapshotRevision: this.table?.revision ?? 0, ...basis, strategy: 'none', candidates };
  }

  /** Resolves when the event is stored. */
  async record(event: RequestEnded): Promise<void> {
    metrics.requests.add({ outcome: event.outcome, lane: event.lane, model: 'unknown' });
    await this.results.publish(requestEndedSubject(event), encodeRequestEnded(event));
  }

  private requireTable(): RoutingTable {
    if (this.table) return this.table;
    throw new NoEligibleTarget('The router has no configuration yet.', 'no_eligible_target', []);
  }

  /** Counts for the public model whose target it is, since turns are those of that model's targets; names the caller's markup and what is kept. */
  private noted(slip: RoutingSlip, facts: Facts): RoutingSlip {
    const { model } = facts;
    const [first] = slip.targets;
    if (!first) return slip;
    const served = first.servesModel ?? (this.table && resolveModel(model, this.table.models)?.model.name);
    this.targets.notePlanned(served ?? model, first);
    const markupMillionths = this.markups.of(facts);
    const marked = markupMillionths === 0 ? slip : { ...slip, markupMillionths };
    const payload = this.payloads.of(facts);
    return payload ? { ...marked, execution: { ...marked.execution, payload } } : marked;
  }
}
