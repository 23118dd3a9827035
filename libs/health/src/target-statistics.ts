import type { Attempt, TargetReport } from '#libs/contracts';
import { bearing } from './counts-against.policy.js';
import type { RecentCalls } from './breaker.policy.js';
import { PerSecondCounts } from './per-second-counts.js';
import { RecentSamples } from './recent-samples.js';

const MINUTE_SECONDS = 60;
const WEIGHT_OF_NEWEST = 0.1;

/** What one process has seen of one target lately. */
export class TargetStatistics {
  inFlight = 0;
  /** The provider asked to be left alone until then. */
  coolingUntil = 0;
  private consecutiveFailures = 0;
  private errorShare = 0;
  private readonly calls: PerSecondCounts;
  private readonly failures: PerSecondCounts;
  private readonly requests = new PerSecondCounts(MINUTE_SECONDS);
  private readonly tokens = new PerSecondCounts(MINUTE_SECONDS);
  private readonly firstToken = new RecentSamples();
  private readonly total = new RecentSamples();
  private readonly throughput = new RecentSamples();

  constructor(
    private readonly provider: string,
    private readonly model: string,
    windowMilliseconds: number,
  ) {
    const seconds = Math.max(1, Math.ceil(windowMilliseconds / 1_000));
    this.calls = new PerSecondCounts(seconds);
    this.failures = new PerSecondCounts(seconds);
  }

  began(now: number): void {
    this.inFlight++;
    this.requests.add(1, now);
  }

  ended(): void {
    this.inFlight--;
  }

  /** Takes an attempt into account. */
  note(attempt: Attempt, now: number): void {
    const { usage } = attempt;
    if (usage) this.tokens.add(usage.promptTokens + usage.completionTokens, now);
    const how = bearing(attempt);
    if (how === 'none') return;
    const isBad = how === 'bad';
    this.calls.add(1, now);
    if (isBad) this.failures.add(1, now);
    this.consecutiveFailures = isBad ? this.consecutiveFailures + 1 : 0;
    this.errorShare += WEIGHT_OF_NEWEST * ((isBad ? 1 : 0) - this.errorShare);
    if (!isBad) this.measure(attempt, now);
  }

  recentCalls(now: number): RecentCalls {
    const { consecutiveFailures } = this;
    return { calls: this.calls.sum(now), failures: this.failures.sum(now), consecutiveFailures };
  }

  /** Failures before this moment count no more: the target was found well. */
  forgive(): void {
    this.consecutiveFailures = 0;
    this.errorShare = 0;
    this.calls.clear();
    this.failures.clear();
  }

  report(now: number): TargetReport {
    const firstTokenMilliseconds = this.firstToken.quantiles(now);
    const totalMilliseconds = this.total.quantiles(now);
    const tokensPerSecond = this.throughput.quantiles(now);
    return {
      provider: this.provider,
      model: this.model,
      inFlight: this.inFlight,
      calls: this.calls.sum(now),
      failures: this.failures.sum(now),
      errorShare: this.errorShare,
      ...(firstTokenMilliseconds ? { firstTokenMilliseconds } : {}),
      ...(totalMilliseconds ? { totalMilliseconds } : {}),
      ...(tokensPerSecond ? { tokensPerSecond } : {}),
      requestsThisMinute: this.requests.sum(now),
      tokensThisMinute: this.tokens.sum(now),
      ...(this.coolingUntil > now ? { coolingUntil: this.coolingUntil } : {}),
    };
  }

  private measure({ firstByteMilliseconds, durationMilliseconds, usage }: Attempt, now: number): void {
    this.total.add(durationMilliseconds, now);
    if (firstByteMilliseconds === undefined) return;
    this.firstToken.add(firstByteMilliseconds, now);
    const answering = durationMilliseconds - firstByteMilliseconds;
    if (usage && usage.completionTokens > 1 && answering > 0) {
      this.throughput.add((usage.completionTokens / answering) * 1_000, now);
    }
  }
}
