/** How much of what the trail promises is measured. */
export interface AuditEffort {
  /** Of each backlog that audit drains. */
  readonly events: number;
  readonly rounds: number;
  /** How often, and how long each time, callers are served with and without audit. */
  readonly callerRounds: number;
  readonly callerSeconds: number;
  readonly proofs: number;
  /** What the log that is exported and verified has at least. */
  readonly verifiedEntries: number;
}

/** What the trail costs and how fast it answers; CPU in microseconds for each event. */
export interface AuditFigures {
  readonly eventsPerSecond: number;
  readonly auditMicroseconds: number;
  readonly postgresMicroseconds: number;
  /** p50 of callers at 200/s in milliseconds: without audit, with it, and the median of the differences. */
  readonly callerP50: { readonly without: number; readonly within: number; readonly added: number };
  readonly proofs: { readonly entries: number; readonly p50: number; readonly p99: number };
  readonly verified: { readonly entries: number; readonly exportSeconds: number; readonly seconds: number };
}

const MICROSECONDS_A_SECOND = 1_000_000;

/** What one core records in a second, when audit and Postgres share it. */
export function recordedOnOneCore({ auditMicroseconds, postgresMicroseconds }: AuditFigures): number {
  return MICROSECONDS_A_SECOND / (auditMicroseconds + postgresMicroseconds);
}
