/** How long things take around requests with an idempotency key, in milliseconds. */
export class RepeatTimes {
  /** How often whoever works on a request says so, and after how much silence it counts as dead. */
  readonly signalMilliseconds: number = 5_000;
  readonly silenceMilliseconds: number = 20_000;
  /** How long an answer that cannot be kept now is tried to be kept, before its caller gets it all the same. */
  readonly keepMilliseconds: number = 2_000;

  constructor(overrides: Partial<RepeatTimes> = {}) {
    Object.assign(this, overrides);
  }
}
