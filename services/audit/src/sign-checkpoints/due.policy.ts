const ACTIVE_MILLISECONDS = 45_000;
const IDLE_MILLISECONDS = 55 * 60_000;

/** Where a log stands and what was last said of it. */
export interface LogState {
  readonly size: number;
  readonly signedSize: number | undefined;
  readonly signedAt: number | undefined;
}

/**
 * Whether a checkpoint is to be signed now: within a minute of new entries, and within an hour without any. Looked at every
 * few seconds, so that both hold with room to spare.
 */
export function isCheckpointDue({ size, signedSize, signedAt }: LogState, now: number): boolean {
  if (size === 0) return false;
  if (signedSize === undefined || signedAt === undefined) return true;
  return now - signedAt >= (size > signedSize ? ACTIVE_MILLISECONDS : IDLE_MILLISECONDS);
}
