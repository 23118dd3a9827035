import { Injectable } from '@nestjs/common';
import type { Facts, RoutingSlip, Snapshot, Strategy, Target } from '#libs/contracts';
import { KeyBucket, SnapshotWatch } from '#libs/messaging';
import { Allowances, KeyPolicies } from '#libs/permission';
import { NoEligibleTarget, planRoute, routingTable, type RoutingTable } from '#libs/routing';
import { ServiceLogger } from '#libs/runtime';
import { ModelTargets } from '../dispatch-work/model-targets.js';
import type { WorkRest } from '../dispatch-work/work-source.js';

/** The providers that a request is likely to be sent to first, and those that are tried after them. */
export interface LikelyRoute {
  readonly first: ReadonlySet<string>;
  readonly later: ReadonlySet<string>;
}

type Requests = AsyncIterable<Facts | undefined> | Iterable<Facts | undefined>;

/** A pause may end at any moment. */
const PAUSED_MILLISECONDS = 1_000;
/** Strategies that choose the same target wherever they are asked; others go by what each router has sent of late. */
const ALIKE_EVERYWHERE: ReadonlySet<string> = new Set<Strategy['kind']>(['priority', 'weighted', 'consistent_hash']);

/**
 * Where the router will send a request: the same decision, on the same facts, configuration and reports. What happens on the way may
 * change it, and what a router alone knows; so it is good for choosing whose limits are asked for room, and not for more.
 */
@Injectable()
export class LikelyRoutes {
  private snapshot: Snapshot | undefined;
  /** Made when it is first asked for: few configurations limit what reaches providers. */
  private table: RoutingTable | undefined;
  private readonly allowances = new Allowances();
  private readonly keyPolicies = new KeyPolicies();

  constructor(
    watch: SnapshotWatch,
    keys: KeyBucket,
    private readonly targets: ModelTargets,
    private readonly logger: ServiceLogger,
  ) {
    watch.onChange((snapshot) => {
      this.snapshot = snapshot;
      this.table = undefined;
      this.allowances.follow(snapshot);
    });
    keys.onNameChange((entry) => {
      this.allowances.followKey(entry);
      this.keyPolicies.followKey(entry);
    });
  }

  /** Undefined where no target may serve the request, or, if asked for, none that can be called now. */
  of(facts: Facts, mustBeCallable: boolean): LikelyRoute | undefined {
    const slip = this.planOf(facts);
    if (!slip) return undefined;
    const usual = slip.targets.filter(({ onlyAfter }) => onlyAfter === undefined);
    const [foremost] = usual;
    if (!foremost) return undefined;
    const now = Date.now();
    if (mustBeCallable && !usual.some((target) => this.targets.canBeCalled(target, now))) return undefined;
    const first = usual.filter(
      (target) =>
        target === foremost ||
        (target.servesModel === foremost.servesModel && !ALIKE_EVERYWHERE.has(slip.decision.strategy)),
    );
    return { first: providersOf(first), later: providersOf(slip.targets.filter((target) => !first.includes(target))) };
  }

  /**
   * Those of the requests, from the first on, that do not have to wait until an operator lets a provider go on which alone may serve
   * them. What nobody may serve whatever happens is not held back: the router says why.
   */
  async *unpaused(
    requests: Requests,
    rest: (why: WorkRest) => void,
    pausedModels: readonly string[] = [],
  ): AsyncGenerator<Facts | undefined> {
    for await (const facts of requests) {
      const words = facts && this.pausedFor(facts, pausedModels);
      if (words !== undefined) {
        rest({ reason: 'pause', words, milliseconds: PAUSED_MILLISECONDS });
        return;
      }
      yield facts;
    }
  }

  /** What an operator has paused that the request waits for; undefined where it does not wait. */
  pausedFor(facts: Facts, pausedModels: readonly string[]): string | undefined {
    const model = pausedModels.find((name) => facts.model === name || facts.model.startsWith(`${name}:`));
    if (model !== undefined) return `model ${model}`;
    return this.isForPausedAlone(facts) ? `provider ${facts.withheldProviders?.join() ?? ''}` : undefined;
  }

  /** Whether only those may serve the request that it is kept from. */
  isForPausedAlone(facts: Facts): boolean {
    const { withheldProviders: paused, ...everywhere } = facts;
    if (paused === undefined) return false;
    return this.of(facts, false) === undefined && this.of(everywhere, false) !== undefined;
  }

  private planOf(facts: Facts): RoutingSlip | undefined {
    if (!this.snapshot) return undefined;
    this.table ??= routingTable(this.snapshot);
    const [allowed, keyPolicy] = [this.allowances.of(facts), this.keyPolicies.of(facts)];
    try {
      const bound = { ...facts, ...(allowed ? { allowed } : {}), ...(keyPolicy ? { keyPolicy } : {}) };
      return planRoute(bound, this.table, this.targets.live(Date.now()));
    } catch (error) {
      // The router ends what cannot be planned, and says why; here nothing waits for it.
      if (!(error instanceof NoEligibleTarget))
        this.logger.error({ requestId: facts.requestId, error }, 'where a request will go cannot be foreseen');
      return undefined;
    }
  }
}

function providersOf(targets: readonly Target[]): ReadonlySet<string> {
  return new Set(targets.map(({ provider }) => provider));
}
