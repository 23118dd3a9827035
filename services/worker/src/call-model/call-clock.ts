import type { Timeouts } from '#libs/contracts';
import { ProviderFailure } from '../providers/provider-failure.js';

/**
 * The time limits of one attempt: until the first byte or token, then between pieces of a stream, and the whole. When one
 * runs out, its signal aborts the attempt with the failure that says which.
 */
export class CallClock {
  readonly startedAt = Date.now();
  private readonly started = performance.now();
  private readonly controller = new AbortController();
  private lastActivity = this.started;
  private firstByte: number | undefined;
  private timer: NodeJS.Timeout;
  private looking: NodeJS.Immediate | undefined;

  /** `totalMilliseconds` is what is left of the whole call, earlier attempts included. */
  constructor(
    private readonly timeouts: Timeouts,
    private readonly totalMilliseconds: number,
  ) {
    const { firstByteMilliseconds, attemptMilliseconds = Infinity } = timeouts;
    const first = Math.min(firstByteMilliseconds, attemptMilliseconds, totalMilliseconds);
    this.timer = setTimeout(this.lookAfterReading, first);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get durationMilliseconds(): number {
    return round(performance.now() - this.started);
  }

  get firstByteMilliseconds(): number | undefined {
    return this.firstByte;
  }

  /** The first byte of a plain answer, or the first token of a stream, is here. */
  markFirstByte(): void {
    this.touch();
    if (this.firstByte !== undefined) return;
    this.firstByte = round(performance.now() - this.started);
    // The limit of silence may end long before that of the first byte would have.
    this.stop();
    this.look();
  }

  /** The provider sent something. */
  touch(): void {
    this.lastActivity = performance.now();
  }

  /** Ends the attempt with a reason of somebody else's. */
  abort(reason: ProviderFailure): void {
    this.controller.abort(reason);
  }

  stop(): void {
    clearTimeout(this.timer);
    clearImmediate(this.looking);
  }

  /**
   * A process that was held up runs its timers before it reads what has come meanwhile: nobody is taken for silent before that is
   * read, or a provider would be blamed for our own delay.
   */
  private readonly lookAfterReading = (): void => {
    this.looking = setImmediate(() => this.look());
  };

  private look(): void {
    const now = performance.now();
    const { firstByteMilliseconds, idleMilliseconds, attemptMilliseconds = Infinity } = this.timeouts;
    const leftOfAttempt = attemptMilliseconds - (now - this.started);
    const leftOfTotal = this.totalMilliseconds - (now - this.started);
    const leftOfPhase =
      this.firstByte === undefined
        ? firstByteMilliseconds - (now - this.started)
        : idleMilliseconds - (now - this.lastActivity);
    if (leftOfTotal < 1) return this.abort(timeout('total_timeout', this.totalMilliseconds));
    if (leftOfAttempt < 1) return this.abort(timeout('attempt_timeout', attemptMilliseconds));
    if (leftOfPhase < 1) {
      return this.abort(
        this.firstByte === undefined
          ? timeout('first_byte_timeout', firstByteMilliseconds)
          : timeout('idle_timeout', idleMilliseconds),
      );
    }
    this.timer = setTimeout(this.lookAfterReading, Math.ceil(Math.min(leftOfPhase, leftOfAttempt, leftOfTotal)));
  }
}

const SENTENCE = {
  first_byte_timeout: 'the provider sent no first byte or token',
  idle_timeout: 'the provider fell silent',
  total_timeout: 'the call took too long',
  attempt_timeout: 'the call of one target took longer than its caller allows',
} as const;

function timeout(errorClass: keyof typeof SENTENCE, milliseconds: number): ProviderFailure {
  return new ProviderFailure(errorClass, `${SENTENCE[errorClass]} (limit ${Math.round(milliseconds)} ms)`);
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 1_000) / 1_000;
}
