import { Injectable } from '@nestjs/common';
import { Markups } from '#libs/budgets';
import { requestEndedSubject, type Facts, type Operation, type PayloadOrder } from '#libs/contracts';
import { AnswerCache, AtomicBatchPublisher, SnapshotWatch, type FoundAnswer } from '#libs/messaging';
import { PayloadKeeper } from '#libs/payloads';
import { PayloadRules } from '#libs/routing';
import { Logger, metrics } from '#libs/telemetry';
import { RequestSeals } from '#libs/runtime';
import type { CallerResponse } from '../answer-caller/caller-response.js';
import { PlanGate } from '../authenticate/plan-gate.js';
import { BudgetGate } from '../hold-budget/budget-gate.js';
import { CachePolicies, type CachePolicy } from './cache-policies.js';
import { cacheKey } from './cache-key.js';
import { cachedEnding, chargeOf } from './cached-ending.policy.js';
import { cacheWish } from './cache-wish.policy.js';

/** Operations whose answers may be kept: those of text and numbers alone. */
const KEPT_OPERATIONS: ReadonlySet<Operation> = new Set(['chat', 'text_completion', 'embeddings', 'moderation']);
const CACHE_HEADER = 'x-switchyard-cache';

/** A request that may be answered with what is kept. */
export interface CacheableRequest {
  readonly facts: Facts;
  readonly body: Uint8Array;
  readonly response: CallerResponse;
  /** The caller's header of that name. */
  readonly cacheControl: string | undefined;
}

/** What came of the look-up: answered, or to be called, with the key and the revision under which the answer may be kept. */
export type CacheOutcome =
  { readonly answered: true } | ({ readonly answered: false } & Pick<Facts, 'cacheKey' | 'cacheRevision'>);

const NOT_KEPT: CacheOutcome = { answered: false };

/** Answers requests with what is kept of equal ones, where the model's policy says so. */
@Injectable()
export class AnswerFromCacheHandler {
  private readonly policies = new CachePolicies();
  private payloads = new PayloadRules({});
  private markups = new Markups({});

  constructor(
    watch: SnapshotWatch,
    private readonly cache: AnswerCache,
    private readonly results: AtomicBatchPublisher,
    private readonly logger: Logger,
    private readonly budgets: BudgetGate,
    private readonly keeper: PayloadKeeper,
    private readonly seals: RequestSeals,
    private readonly plans: PlanGate,
  ) {
    watch.onChange((snapshot) => {
      this.policies.follow(snapshot);
      this.payloads = new PayloadRules(snapshot);
      this.markups = new Markups(snapshot);
    });
  }

  /** The policy for the answer to a request; undefined where it is not kept, and there is nothing to look for. */
  policyFor(facts: Facts): CachePolicy | undefined {
    // What a key or a plan does not allow is known to the router, whom a kept answer would pass by.
    if (!this.policies.areAny || facts.allowed !== undefined) return undefined;
    if (!KEPT_OPERATIONS.has(facts.operation) || !this.plans.has(facts, 'caching')) return undefined;
    return this.policies.of(facts);
  }

  /**
   * Answers the request where an answer to an equal one is kept. Never rejects for what the cache does.
   * @throws DialectError 402 where the policy charges for it and a budget has no room.
   */
  async handle(request: CacheableRequest, policy: CachePolicy): Promise<CacheOutcome> {
    const { facts, response } = request;
    response.addHeaders({ [CACHE_HEADER]: 'miss' });
    const wish = cacheWish(request.cacheControl);
    // The cost within an answer is that of one call; a kept one would tell it wrongly. And who wants nothing kept means us too.
    const isKeepable = wish.mayKeep && facts.costAsked !== true && facts.wishes?.zeroRetention !== true;
    const key = isKeepable ? cacheKey(facts, request.body, policy) : undefined;
    if (key === undefined) return NOT_KEPT;
    const found = wish.mayRead ? await this.cache.get(key) : undefined;
    metrics.cacheLookups.add({ model: policy.model, result: found ? 'hit' : 'miss' });
    if (!found) return { answered: false, cacheKey: key, cacheRevision: policy.revision };
    const order = this.payloads.of(facts);
    this.answer({ ...request, facts: await this.held(facts, found, policy) }, found, { policy, order });
    if (order) this.keep(request, found, order);
    return { answered: true };
  }

  /** What is charged for a kept answer is set aside like anything else, and settled by its terminal event. */
  private async held(facts: Facts, { answer: kept }: FoundAnswer, { priceShare }: CachePolicy): Promise<Facts> {
    const charge = chargeOf(kept, priceShare);
    const applied = charge === 0n ? [] : this.budgets.of(facts);
    return applied.length === 0 ? facts : (await this.budgets.holdExactly(facts, applied, charge)).facts;
  }

  private answer(
    { facts, response }: CacheableRequest,
    { answer: kept, body }: FoundAnswer,
    { policy, order }: { policy: CachePolicy; order: PayloadOrder | undefined },
  ): void {
    const {
      answer,
      event: ending,
      ageSeconds,
    } = cachedEnding(facts, kept, {
      priceShare: policy.priceShare,
      markupMillionths: this.markups.of(facts),
      now: Date.now(),
    });
    const event = order ? { ...ending, payload: order.keep } : ending;
    response.addHeaders({ [CACHE_HEADER]: 'hit', age: String(ageSeconds) });
    response.isRepeat = true;
    if (facts.stream) {
      response.head(answer);
      response.chunk(body);
      response.end(answer);
    } else {
      response.whole(body, answer);
    }
    metrics.requests.add({ outcome: event.outcome, lane: event.lane, model: policy.model });
    this.results
      .publish(requestEndedSubject(event), JSON.stringify(this.seals.sealed(event)))
      .catch((error: unknown) =>
        this.logger.error({ requestId: facts.requestId, error }, 'a terminal event could not be stored'),
      );
  }

  /** A kept answer was given to this caller too, so that prompt and answer are kept as of any other request. */
  private keep({ facts, body: prompt }: CacheableRequest, { answer, body }: FoundAnswer, order: PayloadOrder): void {
    const { contentType = facts.stream ? 'text/event-stream' : 'application/json' } = answer.head;
    const captured = { bytes: body, length: body.length, contentType };
    this.keeper
      .keep({ facts: this.seals.sealed(facts), order, outcome: 'completed', prompt, answer: captured })
      .catch((error: unknown) =>
        this.logger.error({ requestId: facts.requestId, error }, 'prompt and answer of a request could not be kept'),
      );
  }
}
