/** Of calls that ended or began lately, this share may be followed by another call of the same target. */
const SHARE = 0.1;
/** Retries that are always there for a process that has seen few calls. */
const RESERVE = 10;
/** Most retries that can be saved up. */
const MOST = 100;

/**
 * Keeps retries from adding a storm to an outage: each call saves up a tenth of a retry, each retry takes a whole one. Of waiting
 * callers only; jobs are held back by their waits.
 */
export class RetryBudget {
  private tokens = RESERVE;

  /** A call was made that was no retry. */
  deposit(): void {
    this.tokens = Math.min(MOST, this.tokens + SHARE);
  }

  /** Takes a retry from the budget, if there is one. */
  withdraw(): boolean {
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}
