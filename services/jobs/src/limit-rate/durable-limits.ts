import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Facts, ModelEntry } from '#libs/contracts';
import {
  LimitGate,
  LimitIndex,
  LimitReached,
  LimitUnknown,
  MEASURES,
  TokenEstimates,
  type AppliedLimit,
  type ProviderLimit,
  type TakenLimits,
} from '#libs/limits';
import { KeyBucket, LimitBucket, Messaging, SnapshotWatch } from '#libs/messaging';
import { resolveModel } from '#libs/routing';
import { ServiceLogger, Settings } from '#libs/runtime';
import { ModelTargets } from '../dispatch-work/model-targets.js';
import type { WorkRest } from '../dispatch-work/work-source.js';
import { batchIdentifiers } from '../keep-batch/batch-identifiers.policy.js';
import { unlessAborted } from '../keep-batch/unless-aborted.js';
import { RegularWork } from '../run-regularly/regular-work.js';
import { EndedRequestsRepository, type DurableRequest, type EndedRequest } from './ended-requests.repository.js';
import { LikelyRoutes } from './likely-routes.js';
import { keptFrom, roomAtProviders, type Asked, type TakenOfProviders } from './provider-room.js';

/** How often it is looked up which requests have ended. */
const SETTLE_MILLISECONDS = 250;
/** Of each limit so much is left to callers that wait, who are refused where work that nobody waits for would wait. */
const KEPT_FOR_CALLERS = 0.1;
/** While what is under way decides when there is room, and not time. */
const SOON_MILLISECONDS = 250;
const UNKNOWN_MILLISECONDS = 1_000;

type LimitOwner = Pick<Facts, 'organization' | 'project' | 'key'>;

interface TakenRequest extends DurableRequest {
  /** Of the limits that count it whoever serves it; absent where nobody could tell. */
  readonly own: TakenLimits | undefined;
  readonly ofProviders: TakenOfProviders;
  /** All limits of providers that count it where they are called for it. */
  readonly limits: readonly ProviderLimit[];
  /** Providers that had no room for it. */
  readonly full?: readonly string[];
}

/**
 * Counts requests of the durable lane against the same limits as those of waiting callers, before they are put on their way. What
 * does not fit waits, or goes to providers that have room; nothing is ever refused. What a request took is corrected when Postgres has
 * its result, whichever process stored that.
 */
@Injectable()
export class DurableLimits implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly index = new LimitIndex();
  private readonly estimates = new TokenEstimates();
  private readonly gate: LimitGate;
  private models: ReadonlyMap<string, ModelEntry> = new Map();
  private readonly taken = new Map<string, TakenRequest>();
  /** The right to release under which what is under way was counted. */
  private adoptedFor: AbortSignal | undefined;
  private readonly settling: RegularWork;

  constructor(
    private readonly watch: SnapshotWatch,
    private readonly keys: KeyBucket,
    messaging: Messaging,
    bucket: LimitBucket,
    private readonly ended: EndedRequestsRepository,
    private readonly routes: LikelyRoutes,
    private readonly targets: ModelTargets,
    private readonly settings: Settings,
    logger: ServiceLogger,
  ) {
    this.gate = new LimitGate(messaging, bucket, `${settings.instance}-durable`);
    watch.onChange((snapshot) => {
      this.index.follow(snapshot);
      this.models = new Map(snapshot.models.map((model) => [model.name, model]));
    });
    keys.onNameChange((entry) => this.index.followKey(entry));
    this.settling = new RegularWork({
      everyMilliseconds: SETTLE_MILLISECONDS,
      work: () => this.settle(),
      onFailure: (error) => logger.debug({ error }, 'which requests have ended cannot be looked up now'),
    });
  }

  onApplicationBootstrap(): void {
    this.keys.start();
    this.settling.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.settling.stop();
    await this.gate.stop();
  }

  /** Whether any limits may count requests of this owner: where not, nobody need read what they ask for. */
  areNeededFor(owner: LimitOwner): boolean {
    return this.index.hasAny(owner);
  }

  /** Whether one request of this owner may have room where another has none that came before, for the same model. */
  tellsApart(owner: LimitOwner): boolean {
    return this.index.tellsApart(owner);
  }

  /**
   * Those of these requests, from the first on, that may be put on their way now; what is no request is free. No more of them are read
   * than fit, and one more. `rest` is told why not all, and for how long. The same request counts once, however often it is asked for.
   * Some are kept from providers that have no room for them.
   */
  async place(
    requests: AsyncIterable<Facts | undefined> | Iterable<Facts | undefined>,
    rest: (why: WorkRest) => void,
  ): Promise<(Facts | undefined)[]> {
    const placed: (Facts | undefined)[] = [];
    for await (const facts of requests) {
      const why = facts && !this.taken.has(facts.requestId) ? await this.take(facts) : undefined;
      if (why) {
        rest(why);
        break;
      }
      placed.push(facts && keptFrom(facts, this.taken.get(facts.requestId)?.full ?? []));
    }
    return placed;
  }

  /** These are not put on their way after all. */
  putBack(requests: readonly (Facts | undefined)[]): void {
    for (const facts of requests) {
      if (!facts) continue;
      const request = this.taken.get(facts.requestId);
      if (request) putBack(request);
      this.taken.delete(facts.requestId);
    }
  }

  /**
   * Counts what is under way as such, once for each right to release: a process that died, or lost the right, does not any more.
   * Whatever it has used by the minute and the day stays counted.
   */
  async adopt(right: AbortSignal): Promise<void> {
    if (this.adoptedFor === right) return;
    // Before the configuration is known nobody can say who is limited.
    await unlessAborted(this.watch.ready, right);
    const requests = await this.ended.underWay();
    for (const { organization, project, key, model, batchId, line, jobId } of requests) {
      const owner = { organization, project, key };
      const reference =
        batchId !== null && line !== null
          ? { requestId: batchIdentifiers.request(batchId, line), job: { batchId, line, customId: '' } }
          : { requestId: `job:${jobId}`, job: { jobId: jobId ?? '', run: 0 } };
      if (this.taken.has(reference.requestId)) continue;
      this.adoptOne(reference, { owner, model });
    }
    this.adoptedFor = right;
  }

  /**
   * Which of its model's providers has been called for it is known when it ends: until then it counts for all of them. No limit of a
   * provider is to count it anew then.
   */
  private adoptOne(request: DurableRequest, { owner, model }: { owner: LimitOwner; model: string | null }): void {
    const applied = this.index.of(owner, this.publicModel(model ?? ''));
    const among = this.targets.providers(model);
    const isCounted = ({ limits: { concurrency } }: AppliedLimit): boolean => concurrency !== undefined;
    const own = applied.own.filter(isCounted);
    const ofProviders = new Map(
      [...Map.groupBy(applied.providers.filter(isCounted), ({ provider }) => provider)].flatMap(([provider, limits]) =>
        (among?.includes(provider) ?? true) ? [[provider, [this.gate.adopt(limits)]] as const] : [],
      ),
    );
    if (own.length + ofProviders.size === 0) return;
    this.taken.set(request.requestId, {
      ...request,
      own: this.gate.adopt(own),
      ofProviders,
      limits: [],
    });
  }

  private async take(facts: Facts): Promise<WorkRest | undefined> {
    const applied = this.index.of(facts, this.publicModel(facts.model));
    if (applied.own.length + applied.providers.length === 0 || !facts.job) return undefined;
    const { taken: own, rest } = await this.ask(applied.own, facts);
    if (rest) return rest;
    const room = await roomAtProviders(facts, applied.providers, {
      route: (asked, mustBeCallable) => this.routes.of(asked, mustBeCallable),
      take: (limit, asked) => this.ask([limit], asked),
    });
    if (room.rest) {
      own?.putBack();
      return room.rest;
    }
    const { requestId, job } = facts;
    const { full, taken: ofProviders } = room;
    this.taken.set(requestId, { requestId, job, own, ofProviders, limits: applied.providers, full });
    return undefined;
  }

  private async ask(applied: readonly AppliedLimit[], facts: Facts): Promise<Asked> {
    try {
      const taken = await this.gate.take(applied, Math.min(this.estimates.of(facts), mostTokens(applied)));
      const [short] = taken
        .standings()
        .filter(({ remaining, limit }) => remaining < Math.floor(limit * KEPT_FOR_CALLERS));
      if (short) {
        taken.putBack();
        const words = `${short.limit} ${MEASURES[short.measure].words}, of which a part is kept for callers that wait`;
        const milliseconds = Math.max(SOON_MILLISECONDS, short.resetMilliseconds);
        return { rest: { reason: 'limit', words, milliseconds } };
      }
      return { taken };
    } catch (error) {
      if (error instanceof LimitReached) return { rest: restOf(error) };
      if (!(error instanceof LimitUnknown)) throw error;
      if (this.settings.limitsUnknown === 'admit') return {};
      const words = `how the limits of ${error.applied.owner} stand cannot be told now`;
      return { rest: { reason: 'limit', words, milliseconds: UNKNOWN_MILLISECONDS } };
    }
  }

  private publicModel(name: string): string {
    return resolveModel(name, this.models)?.model.name ?? name;
  }

  /** Requests that have ended are counted by what they used, and are under way no more. */
  async settle(): Promise<void> {
    if (this.taken.size === 0) return;
    for (const ended of await this.ended.find([...this.taken.values()])) {
      const request = this.taken.get(ended.requestId);
      if (request) this.end(request, ended);
      this.taken.delete(ended.requestId);
    }
  }

  /** A provider that was called after all, when others had failed, counts the request too. */
  private end({ own, ofProviders, limits }: TakenRequest, { tokens, providers: called }: EndedRequest): void {
    own?.end(tokens);
    for (const [provider, parts] of ofProviders) {
      const isCalled = called?.includes(provider) ?? true;
      parts.forEach((part) => (isCalled ? part.end(tokens) : part.putBack()));
    }
    const others = limits.filter(({ provider }) => called?.includes(provider) === true && !ofProviders.has(provider));
    this.gate.note(others, tokens);
  }
}

function putBack({ own, ofProviders }: TakenRequest): void {
  own?.putBack();
  for (const parts of ofProviders.values()) parts.forEach((part) => part.putBack());
}

/** A request that alone is larger than a limit of tokens goes when nothing else has been used, and counts in full afterwards. */
function mostTokens(applied: readonly AppliedLimit[]): number {
  const limits = applied.flatMap(({ limits: { tokensPerMinute, tokensPerDay } }) => [
    tokensPerMinute ?? Infinity,
    tokensPerDay ?? Infinity,
  ]);
  return Math.max(1, Math.floor(Math.min(...limits) * (1 - KEPT_FOR_CALLERS)));
}

function restOf({ standing, applied, asked }: LimitReached): WorkRest {
  const words = `${standing.limit} ${MEASURES[standing.measure].words} of ${applied.owner}`;
  return { reason: 'limit', words, milliseconds: Math.max(SOON_MILLISECONDS, asked.waitMilliseconds ?? 0) };
}
