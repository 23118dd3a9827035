import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import {
  breakerRecordSchema,
  type Attempt,
  type BreakerRecord,
  type BreakerSettings,
  type Target,
} from '#libs/contracts';
import {
  bearing,
  breakerKey,
  DEFAULT_BREAKER,
  isLeftAlone,
  isUnwell,
  opened,
  probing,
  reportKey,
  TargetBoard,
  TargetMap,
  TargetStatistics,
  type UnwellTarget,
} from '#libs/health';
import { HealthBucket, SnapshotWatch } from '#libs/messaging';
import { Settings } from '#libs/runtime';
import { Logger, metrics } from '#libs/telemetry';
import { AdaptiveLimit } from './adaptive-limit.js';
import { CallPace, type PacedCall } from './call-pace.js';
import { TargetHealth, type Admission } from './target-health.js';

const REPORT_EVERY_MILLISECONDS = 500;
/** Reports of a worker with calls under way come at least this often, so that it is not taken for dead. */
const REPEAT_AFTER_MILLISECONDS = 5_000;
/** For a target at its rate limit that does not say how long. */
const COOL_MILLISECONDS = 1_000;
const MOST_COOL_MILLISECONDS = 60_000;
/** Of a target that is not called for so long nothing is known any more that would count. */
const FORGET_AFTER_MILLISECONDS = 10 * 60_000;

interface Watched {
  readonly statistics: TargetStatistics;
  readonly limit: AdaptiveLimit;
  readonly pace: CallPace;
  usedAt: number;
}

interface CallToAdmit {
  readonly target: Target;
  readonly call: PacedCall;
  readonly watched: Watched;
}

/**
 * What this worker sees of its targets, and what the fleet says of them. Each worker finds a target unwell by its own calls; the
 * breaker it opens holds for all. Reports and breakers go by the bucket `health`; while NATS is away each worker goes by what it
 * knows itself.
 */
@Injectable()
export class FleetTargetHealth extends TargetHealth implements OnApplicationShutdown {
  private readonly watched = new TargetMap<Watched>();
  private readonly board = new TargetBoard();
  private readonly timer = setInterval(() => this.report(), REPORT_EVERY_MILLISECONDS);
  private breaker: BreakerSettings = DEFAULT_BREAKER;
  private hasChanged = false;
  private reportedAt = 0;

  constructor(
    private readonly bucket: HealthBucket,
    private readonly settings: Settings,
    watch: SnapshotWatch,
    private readonly logger: Logger,
  ) {
    super();
    watch.onChange(({ breaker }) => (this.breaker = { ...DEFAULT_BREAKER, ...breaker }));
    bucket.onChange((key, value) => this.board.take(key, value));
    bucket.start();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
    this.bucket.remove(reportKey(this.settings.instance));
  }

  /** The targets that are not well, as the fleet knows them. */
  unwell(): readonly UnwellTarget[] {
    return this.board.unwell();
  }

  /** Providers that the fleet calls. */
  busyProviders(): ReadonlySet<string> {
    return this.board.busyProviders();
  }

  /** A breaker as it stands in the bucket, in this worker's time. */
  breakerOf(provider: string, model: string, stored: unknown): BreakerRecord | undefined {
    const breaker = breakerRecordSchema.safeParse(stored).data;
    return breaker && this.board.breakerInOurTime(provider, model, breaker);
  }

  /**
   * Leaves a target alone whose provider does not answer, though nobody has called it. A rest that is under way goes on as it is; one
   * that is over begins anew, since a call would fail.
   */
  async noteAway(provider: string, model: string): Promise<void> {
    let wasWell = false;
    const isOurs = await this.bucket.change(breakerKey(provider, model), (stored) => {
      const now = Date.now();
      const known = this.breakerOf(provider, model, stored);
      wasWell = known === undefined;
      if (known?.state === 'probing' || isLeftAlone(known, now)) return undefined;
      const resting = opened(known, { reason: 'connection', now, settings: this.breaker });
      return { ...resting, prober: this.settings.instance };
    });
    if (!isOurs || !wasWell) return;
    metrics.breakerOpenings.add({ provider, model, reason: 'connection' });
    this.logger.warn(
      { provider, model },
      'a target is left alone: its provider does not answer, though nobody calls it',
    );
  }

  get breakerSettings(): BreakerSettings {
    return this.breaker;
  }

  admit(target: Target, call: PacedCall): Admission | Promise<Admission> {
    const now = Date.now();
    const watched = this.of(target);
    const { statistics, limit, pace } = watched;
    const state = this.board.state(target.provider, target.model);
    const cooling = Math.max(statistics.coolingUntil, state?.coolingUntil ?? 0);
    // A longer pause than there is comes of a clock that was put back.
    if (cooling > now && cooling - now <= MOST_COOL_MILLISECONDS)
      return { kind: 'refused', errorClass: 'rate_limit', retryAfterSeconds: secondsUntil(cooling, now) };
    if (statistics.inFlight >= limit.at(now) || this.isFull(target, statistics))
      return { kind: 'refused', errorClass: 'target_busy' };
    const isPaced = this.settings.providerLimitHeaders !== 'ignore';
    if (state?.allowance && pace.isNews(state.allowance, now))
      pace.hear(state.allowance, { now, callers: this.callersOf(target) });
    // Others have had answers: what the provider says of limits is known, or that it says nothing.
    if ((state?.calls ?? 0) > 0) pace.answered();
    const firstAnswer = isPaced ? pace.firstAnswer(call, now) : undefined;
    if (firstAnswer) return firstAnswer.then(() => this.admit(target, call));
    const wait = pace.wait(call, now);
    if (wait > 0) {
      metrics.targetHoldBacks.add({ provider: target.provider, model: target.model });
      return { kind: 'refused', errorClass: 'rate_limit', retryAfterSeconds: wait / 1_000 };
    }
    const breaker = this.board.breaker(target.provider, target.model);
    if (!breaker) return this.go({ target, call, watched }, false);
    if (isLeftAlone(breaker, now))
      return { kind: 'refused', errorClass: 'target_unhealthy', retryAfterSeconds: secondsUntil(breaker.until, now) };
    return this.probe({ target, call, watched });
  }

  note(target: Target, attempt: Attempt, retryAfterSeconds?: number): void {
    const now = Date.now();
    const { statistics, limit } = this.of(target);
    statistics.note(attempt, now);
    this.hasChanged = true;
    const { errorClass } = attempt;
    if (errorClass === 'rate_limit') metrics.targetPauses.add({ provider: target.provider, model: target.model });
    if (errorClass === 'rate_limit') this.coolDown(statistics, retryAfterSeconds, now);
    const { startedAt } = attempt;
    if (errorClass === 'rate_limit' || errorClass === 'overloaded')
      limit.tooMany(statistics.inFlight, { startedAt, now });
    const known = this.board.breaker(target.provider, target.model);
    if (bearing(attempt) === 'good') {
      limit.good();
      // What began before the target was found unwell does not tell that it is well again.
      if (known && (attempt.role === 'probe' || startedAt >= known.since)) this.close(target, statistics);
    } else if (attempt.role === 'probe') void this.probeFailed(target, attempt, now);
    else if (!known && bearing(attempt) === 'bad' && isUnwell(statistics.recentCalls(now), this.breaker)) {
      void this.open(target, attempt, now);
    }
  }

  private go({ target, call, watched: { statistics, pace } }: CallToAdmit, isProbe: boolean): Admission {
    const now = Date.now();
    statistics.began(now);
    this.hasChanged = true;
    const mark = pace.began(call, now);
    return {
      kind: 'go',
      isProbe,
      learn: (allowance) => {
        if (this.settings.providerLimitHeaders === 'ignore') return;
        if (allowance) pace.learn(allowance, mark, { now: Date.now(), callers: this.callersOf(target) });
        pace.answered();
      },
      release: () => {
        statistics.ended();
        pace.ended(mark);
        this.hasChanged = true;
      },
    };
  }

  /** Processes that share the limits of a target with this one, which is one of them. */
  private callersOf({ provider, model }: Target): number {
    return 1 + this.board.callersElsewhere(provider, model, this.settings.instance);
  }

  private isFull({ concurrency, provider, model }: Target, { inFlight }: TargetStatistics): boolean {
    if (concurrency === undefined) return false;
    return inFlight + this.board.inFlightElsewhere(provider, model, this.settings.instance) >= concurrency;
  }

  /** Lets one worker of all through. */
  private async probe(toAdmit: CallToAdmit): Promise<Admission> {
    const { target } = toAdmit;
    const isOurs = await this.bucket.change(breakerKey(target.provider, target.model), (stored) => {
      const now = Date.now();
      const breaker = this.breakerOf(target.provider, target.model, stored);
      return breaker && !isLeftAlone(breaker, now) ? probing(breaker, this.settings.instance, now) : undefined;
    });
    return isOurs ? this.go(toAdmit, true) : { kind: 'refused', errorClass: 'target_unhealthy', retryAfterSeconds: 1 };
  }

  /** A probe that ended without a word on the target (its caller left) gives the right to probe back at once. */
  private async probeFailed(target: Target, attempt: Attempt, now: number): Promise<void> {
    const { provider, model } = target;
    const isBlamed = bearing(attempt) === 'bad';
    await this.bucket.change(breakerKey(provider, model), (stored) => {
      const breaker = this.breakerOf(provider, model, stored);
      // A probe that took too long has lost its right to another.
      if (breaker?.state !== 'probing' || breaker.prober !== this.settings.instance) return undefined;
      if (!isBlamed) return { ...breaker, state: 'open', at: now, until: now };
      return opened(breaker, { reason: attempt.errorClass ?? breaker.reason, now, settings: this.breaker });
    });
  }

  private async open({ provider, model }: Target, attempt: Attempt, now: number): Promise<void> {
    const reason = attempt.errorClass ?? 'server_error';
    const isOurs = await this.bucket.change(breakerKey(provider, model), (stored) =>
      this.breakerOf(provider, model, stored) ? undefined : opened(undefined, { reason, now, settings: this.breaker }),
    );
    if (!isOurs) return;
    metrics.breakerOpenings.add({ provider, model, reason });
    this.logger.warn({ provider, model, reason }, 'a target is left alone: too many of its calls fail');
  }

  private close({ provider, model }: Target, statistics: TargetStatistics): void {
    statistics.forgive();
    this.bucket.remove(breakerKey(provider, model));
    this.logger.info({ provider, model }, 'a target is well again');
  }

  private coolDown(statistics: TargetStatistics, retryAfterSeconds: number | undefined, now: number): void {
    const milliseconds = retryAfterSeconds === undefined ? COOL_MILLISECONDS : retryAfterSeconds * 1_000;
    const until = now + Math.min(milliseconds, MOST_COOL_MILLISECONDS);
    statistics.coolingUntil = Math.max(statistics.coolingUntil, until);
    this.report();
  }

  private of({ provider, model }: Target): Watched {
    let watched = this.watched.get(provider, model);
    if (!watched) {
      const statistics = new TargetStatistics(provider, model, this.breaker.windowMilliseconds);
      watched = { statistics, limit: new AdaptiveLimit(), pace: new CallPace(), usedAt: 0 };
      this.watched.set(provider, model, watched);
    }
    watched.usedAt = Date.now();
    return watched;
  }

  private forgetUnused(now: number): void {
    for (const { provider, model, value } of this.watched.entries()) {
      const isUnused = value.statistics.inFlight === 0 && now - value.usedAt > FORGET_AFTER_MILLISECONDS;
      if (isUnused) this.watched.delete(provider, model);
    }
  }

  private report(): void {
    const now = Date.now();
    this.board.forgetSilent();
    const isDue = this.hasChanged || (!this.watched.isEmpty && now - this.reportedAt > REPEAT_AFTER_MILLISECONDS);
    if (!isDue) return;
    this.hasChanged = false;
    this.reportedAt = now;
    this.forgetUnused(now);
    const targets = [...this.watched.entries()].map(({ value: { statistics, pace } }) => ({
      ...statistics.report(now),
      ...pace.told,
    }));
    this.bucket.put(reportKey(this.settings.instance), { at: now, targets });
  }
}

/** To the millisecond: who comes back a little late finds that others have been told to wait again. */
function secondsUntil(time: number, now: number): number {
  return (time - now) / 1_000;
}
