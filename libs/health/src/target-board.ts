import type { BreakerRecord, Quantiles, TargetAllowance, TargetReport, TargetState } from '#libs/contracts';
import { asHeard } from './breaker.policy.js';
import { readEntry } from './target-key.js';
import { TargetMap } from './target-map.js';

/** A worker that says nothing for so long has no calls under way any more. */
const SILENT_MILLISECONDS = 15_000;

/** A target that is not well. */
export interface UnwellTarget {
  readonly provider: string;
  readonly model: string;
  readonly breaker: BreakerRecord;
}

/** When a worker spoke last: by its own clock, which tells one report from another, and by ours. */
interface Spoken {
  readonly theirs: number;
  readonly ours: number;
}

interface Told {
  readonly at: number;
  readonly report: TargetReport;
}

/**
 * What the whole fleet knows of its targets: the reports of all workers put together, and the breakers. Fed with the entries of
 * the bucket `health` as they change.
 */
export class TargetBoard {
  private readonly reports = new TargetMap<Map<string, Told>>();
  private readonly breakers = new TargetMap<BreakerRecord>();
  private readonly heardBreakers = new TargetMap<Spoken>();
  private readonly merged = new TargetMap<TargetState>();
  private readonly spoken = new Map<string, Spoken>();

  /** `now` gives milliseconds since the Unix epoch. */
  constructor(private readonly now: () => number = Date.now) {}

  /** An entry changed, or was removed. */
  take(key: string, value: unknown): void {
    const entry = readEntry(key, value);
    if (entry?.kind === 'breaker') {
      const { provider, model, breaker } = entry;
      if (breaker) this.breakers.set(provider, model, this.breakerInOurTime(provider, model, breaker));
      else this.breakers.delete(provider, model);
      this.merged.delete(provider, model);
    }
    if (entry?.kind !== 'report') return;
    for (const { provider, model, value: byWorker } of this.reports.entries()) {
      if (byWorker.delete(entry.worker)) this.merged.delete(provider, model);
    }
    if (!entry.report) {
      this.spoken.delete(entry.worker);
      return;
    }
    const at = this.heardAt(entry.worker, entry.report.at);
    for (const report of entry.report.targets)
      this.tell(entry.worker, { at, report: pauseAsHeard(report, entry.report.at, at) });
  }

  /** Undefined where nothing is known. */
  state(provider: string, model: string): TargetState | undefined {
    const known = this.merged.get(provider, model);
    if (known) return known;
    const breaker = this.breakers.get(provider, model);
    const told = [...(this.reports.get(provider, model)?.values() ?? [])];
    if (!breaker && told.length === 0) return undefined;
    const state = merge(told, breaker, this.now());
    this.merged.set(provider, model, state);
    return state;
  }

  breaker(provider: string, model: string): BreakerRecord | undefined {
    return this.breakers.get(provider, model);
  }

  /** A breaker as it stands in the bucket, which somebody else may have written by another clock. */
  breakerInOurTime(provider: string, model: string, breaker: BreakerRecord): BreakerRecord {
    if (breaker.at === undefined) return breaker;
    const known = this.heardBreakers.get(provider, model);
    const heard = known?.theirs === breaker.at ? known : { theirs: breaker.at, ours: this.now() };
    this.heardBreakers.set(provider, model, heard);
    return asHeard(breaker, heard.ours);
  }

  /** All targets that are not well. */
  unwell(): UnwellTarget[] {
    return [...this.breakers.entries()].map(({ provider, model, value: breaker }) => ({ provider, model, breaker }));
  }

  /** Calls of a target that other workers have under way. */
  inFlightElsewhere(provider: string, model: string, worker: string): number {
    let sum = 0;
    for (const [teller, { at, report }] of this.reports.get(provider, model) ?? []) {
      if (teller !== worker && at > this.now() - SILENT_MILLISECONDS) sum += report.inFlight;
    }
    return sum;
  }

  /** Other workers that have called a target lately, or are calling it. */
  callersElsewhere(provider: string, model: string, worker: string): number {
    let callers = 0;
    for (const [teller, { at, report }] of this.reports.get(provider, model) ?? []) {
      const isLive = teller !== worker && at > this.now() - SILENT_MILLISECONDS;
      if (isLive && (report.inFlight > 0 || report.requestsThisMinute > 0)) callers += 1;
    }
    return callers;
  }

  /** Providers of which some target was called within the minute, or is being called. */
  busyProviders(): Set<string> {
    const busy = new Set<string>();
    for (const { provider, value: byWorker } of this.reports.entries()) {
      for (const { at, report } of byWorker.values()) {
        const isLive = at > this.now() - SILENT_MILLISECONDS;
        if (isLive && (report.inFlight > 0 || report.requestsThisMinute > 0)) busy.add(provider);
      }
    }
    return busy;
  }

  /** To be called now and then: what workers said that have fallen silent is put together anew. */
  forgetSilent(): void {
    this.merged.clear();
  }

  /** The bucket is read again and again: a report that was heard before does not bring its worker back to life. */
  private heardAt(worker: string, theirs: number): number {
    const known = this.spoken.get(worker);
    if (known?.theirs === theirs) return known.ours;
    const ours = this.now();
    this.spoken.set(worker, { theirs, ours });
    return ours;
  }

  private tell(worker: string, told: Told): void {
    const { provider, model } = told.report;
    const byWorker = this.reports.get(provider, model) ?? new Map<string, Told>();
    byWorker.set(worker, told);
    this.reports.set(provider, model, byWorker);
    this.merged.delete(provider, model);
  }
}

/** What was said before we heard of it is that old at least: a pause lasts no longer from when we heard of it than it was to last when it was told. */
function pauseAsHeard(report: TargetReport, theirs: number, ours: number): TargetReport {
  const { coolingUntil, allowance } = report;
  if (theirs <= ours) return report;
  return {
    ...report,
    ...(coolingUntil === undefined ? {} : { coolingUntil: coolingUntil - theirs + ours }),
    ...(allowance === undefined ? {} : { allowance: { ...allowance, at: allowance.at - theirs + ours } }),
  };
}

function merge(told: readonly Told[], breaker: BreakerRecord | undefined, now: number): TargetState {
  const live = told.filter(({ at }) => at > now - SILENT_MILLISECONDS).map(({ report }) => report);
  const all = told.map(({ report }) => report);
  const sum = (of: readonly TargetReport[], amount: (report: TargetReport) => number): number =>
    of.reduce((total, report) => total + amount(report), 0);
  const calls = sum(all, (report) => report.calls);
  const allowance = live.reduce<TargetAllowance | undefined>(
    (newest, report) => ((report.allowance?.at ?? 0) > (newest?.at ?? 0) ? report.allowance : newest),
    undefined,
  );
  const coolingUntil = Math.max(0, ...live.map((report) => report.coolingUntil ?? 0));
  return {
    ...(breaker ? { breaker } : {}),
    ...(coolingUntil > 0 ? { coolingUntil } : {}),
    ...(allowance ? { allowance } : {}),
    inFlight: sum(live, (report) => report.inFlight),
    calls,
    errorShare: calls === 0 ? 0 : sum(all, (report) => report.errorShare * report.calls) / calls,
    firstTokenMilliseconds: mean(all, (report) => report.firstTokenMilliseconds),
    totalMilliseconds: mean(all, (report) => report.totalMilliseconds),
    tokensPerSecond: mean(all, (report) => report.tokensPerSecond),
    requestsThisMinute: sum(live, (report) => report.requestsThisMinute),
    tokensThisMinute: sum(live, (report) => report.tokensThisMinute),
  };
}

/** Percentiles of several workers, weighted by their calls: near enough for a choice among targets. */
function mean(
  reports: readonly TargetReport[],
  of: (report: TargetReport) => Quantiles | undefined,
): Quantiles | undefined {
  let weight = 0;
  const sum = { p50: 0, p90: 0, p95: 0, p99: 0 };
  for (const report of reports) {
    const quantiles = of(report);
    if (!quantiles) continue;
    const share = Math.max(1, report.calls);
    weight += share;
    sum.p50 += share * quantiles.p50;
    sum.p90 += share * quantiles.p90;
    sum.p95 += share * quantiles.p95;
    sum.p99 += share * quantiles.p99;
  }
  if (weight === 0) return undefined;
  return { p50: sum.p50 / weight, p90: sum.p90 / weight, p95: sum.p95 / weight, p99: sum.p99 / weight };
}
