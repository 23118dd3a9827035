import { recordedOnOneCore, type AuditFigures } from '../audit/audit-figures.js';
import type { BatchesFigures } from '../durable/measure-batches.js';
import type { BenchResults } from './bench-results.js';
import type { RoutingFigures } from '../routing/routing-figures.js';
import { LoadReport } from './load-report.js';
import { settledOnOneCore } from './money-report.js';
import { figure, table } from './table.js';

/** One figure that this step of the project promises; `limit` is the most or the least it may be. */
export interface Target {
  readonly what: string;
  readonly measured: number;
  readonly limit: number;
  readonly bound: 'at most' | 'at least';
}

const ADDED_P50_MILLISECONDS = 1.5;
const ADDED_P99_MILLISECONDS = 10;
const SHARE_OF_PEER_CPU = 0.75;
const SHARE_OF_PEER_CPU_TRANSLATED = 1;
const SHARE_OF_BARE_LOOP = 0.5;
const LARGE_BATCH_LINES = 50_000;
const LARGE_BATCH_SECONDS = 20;
const SMALL_BATCH_SECONDS = 30;
const GROWTH = 1.25;
const CALLER_P99_RATIO = 1.5;
const INPUT_MEBIBYTES = 150;
const TARGET_RATE = '200/s';
const DECISION_MICROSECONDS = 50;
const DECIDED_CANDIDATES = 100;
const AUTO_MICROSECONDS = 200;
const GUARD_MILLISECONDS = 1;
const BOUNDS_MILLISECONDS = 0.2;
const SETTLED_PER_SECOND = 10_000;
const REPORT_MILLISECONDS = 1_000;
const RECORDED_PER_SECOND = 10_000;
const AUDIT_P50_MILLISECONDS = 0.1;
const PROOF_MILLISECONDS = 5;
const VERIFIED_ENTRIES = 1_000_000;
const VERIFY_SECONDS = 30;

export function isMet({ measured, limit, bound }: Target): boolean {
  return bound === 'at most' ? measured <= limit : measured >= limit;
}

/** The targets whose sections were measured. */
export function targetsOf({
  interactive,
  translated,
  durable,
  batches,
  routing,
  auto,
  bounds,
  settlements,
  audit,
  reports,
  guards = [],
}: BenchResults): Target[] {
  const targets: Target[] = [];
  if (interactive !== undefined) targets.push(...interactiveTargets(new LoadReport(interactive)));
  if (translated !== undefined) targets.push(...translatedTargets(new LoadReport(translated)));
  if (durable !== undefined) {
    const what = 'durable lane, part of the bare loop';
    targets.push({ what, measured: durable.share, limit: SHARE_OF_BARE_LOOP, bound: 'at least' });
  }
  if (batches !== undefined) targets.push(...batchesTargets(batches));
  if (bounds !== undefined) {
    const what = 'added by two budgets and six limits, p50, ms';
    targets.push({ what, measured: bounds.addedP50, limit: BOUNDS_MILLISECONDS, bound: 'at most' });
  }
  for (const figures of settlements ?? []) {
    const what = `calls on ${figures.budgets} budgets settled for a second of one core, billing and Postgres together`;
    targets.push({ what, measured: settledOnOneCore(figures), limit: SETTLED_PER_SECOND, bound: 'at least' });
  }
  if (audit !== undefined) targets.push(...auditTargets(audit));
  for (const { report, charges, milliseconds } of reports ?? []) {
    const what = `${report}, of ${charges} charges, ms`;
    targets.push({ what, measured: milliseconds, limit: REPORT_MILLISECONDS, bound: 'at most' });
  }
  if (routing !== undefined) targets.push(...routingTargets(routing));
  if (auto !== undefined) {
    const what = 'difficulty of a prompt (auto), p50, µs';
    targets.push({ what, measured: auto.medianMicroseconds, limit: AUTO_MICROSECONDS, bound: 'at most' });
  }
  for (const { text, action, p50Milliseconds } of guards) {
    const what = `guards over 4 KB of ${text}, ${action}, p50, ms`;
    targets.push({ what, measured: p50Milliseconds, limit: GUARD_MILLISECONDS, bound: 'at most' });
  }
  return targets;
}

export function targetsTable(results: BenchResults): string {
  if (targetsOf(results).length === 0) return 'None for the sections that were measured.';
  const rows = targetsOf(results).map((target) => [
    target.what,
    figure(target.measured),
    `${target.bound} ${target.limit}`,
    isMet(target) ? 'met' : 'NOT MET',
  ]);
  return table(['target', 'measured', 'wanted', ''], rows);
}

function batchesTargets({ times, growth, smallBatchSeconds, callerP99, memory }: BatchesFigures): Target[] {
  const bound = 'at most';
  const large = times.filter(({ lines }) => lines === LARGE_BATCH_LINES);
  return [
    ...large.map(({ lines, seconds }) => ({
      what: `a batch of ${lines} lines, s`,
      measured: seconds,
      limit: LARGE_BATCH_SECONDS,
      bound: 'at most' as const,
    })),
    {
      what: 'time of a line in the largest run, part of that in the one before',
      measured: growth,
      limit: GROWTH,
      bound,
    },
    {
      what: 'ten lines of another project beside it, s',
      measured: smallBatchSeconds,
      limit: SMALL_BATCH_SECONDS,
      bound,
    },
    {
      what: 'p99 of callers at 100/s beside it, part of that alone',
      measured: callerP99.meanwhile / callerP99.alone,
      limit: CALLER_P99_RATIO,
      bound,
    },
    {
      what: `memory that an input of ${memory.inputMebibytes} MiB adds to ${memory.part}, MiB`,
      measured: memory.gained,
      limit: INPUT_MEBIBYTES,
      bound,
    },
  ];
}

function auditTargets(audit: AuditFigures): Target[] {
  const { callerP50, proofs, verified } = audit;
  const bound = 'at most';
  return [
    {
      what: 'events recorded for a second of one core, audit and Postgres together',
      measured: recordedOnOneCore(audit),
      limit: RECORDED_PER_SECOND,
      bound: 'at least',
    },
    { what: 'added by audit at 200/s, p50, ms', measured: callerP50.added, limit: AUDIT_P50_MILLISECONDS, bound },
    { what: `proof in a log of ${proofs.entries}, p50, ms`, measured: proofs.p50, limit: PROOF_MILLISECONDS, bound },
    {
      what: `verifying ${verified.entries} entries, s for a million`,
      measured: (verified.seconds / verified.entries) * VERIFIED_ENTRIES,
      limit: VERIFY_SECONDS,
      bound,
    },
  ];
}

function interactiveTargets(report: LoadReport): Target[] {
  const added = (read: 'p50' | 'p99'): number =>
    report.added('switchyard', TARGET_RATE, ({ latency }) => latency[read]);
  const bound = 'at most';
  return [
    { what: `added p50 at ${TARGET_RATE}, ms`, measured: added('p50'), limit: ADDED_P50_MILLISECONDS, bound },
    { what: `added p99 at ${TARGET_RATE}, ms`, measured: added('p99'), limit: ADDED_P99_MILLISECONDS, bound },
    ...report.scenarios.map((scenario) => ({
      what: `CPU per request, part of the peer's, ${scenario}`,
      measured: report.cpuShare(scenario),
      limit: SHARE_OF_PEER_CPU,
      bound: 'at most' as const,
    })),
  ];
}

function translatedTargets(report: LoadReport): Target[] {
  return report.scenarios.map((scenario) => ({
    what: `CPU translating, part of the peer's, ${scenario}`,
    measured: report.cpuShare(scenario),
    limit: SHARE_OF_PEER_CPU_TRANSLATED,
    bound: 'at most' as const,
  }));
}

function routingTargets(routing: readonly RoutingFigures[]): Target[] {
  return routing
    .filter(({ candidates }) => candidates === DECIDED_CANDIDATES)
    .map(({ strategy, candidates, p50Microseconds }) => ({
      what: `decision over ${candidates} candidates by ${strategy}, p50, µs`,
      measured: p50Microseconds,
      limit: DECISION_MICROSECONDS,
      bound: 'at most' as const,
    }));
}
