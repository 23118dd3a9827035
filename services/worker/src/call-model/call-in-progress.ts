import type { AnswerHead, Facts } from '#libs/contracts';
import { ProviderFailure } from '../providers/provider-failure.js';
import type { CallClock } from './call-clock.js';
import type { ReplyChannel } from './reply-channel.js';

/** The work on a job ends here, unfinished: it is sent on to another process, with what was tried. */
export class WorkerLeaves extends Error {
  constructor() {
    super('the worker stops while a job waits for its provider; the job goes on elsewhere');
    this.name = 'WorkerLeaves';
  }
}

/**
 * A request while this process works on it: through attempts, one or two at a time, and the waits between them. Whatever ends it
 * from outside (the caller left, the process stops) ends what is under way at that moment.
 */
export class CallInProgress {
  /** What is being called, or was called last. */
  head: Omit<AnswerHead, 'status'>;
  readonly lane: 'interactive' | 'durable';
  /** Of a line of a batch. */
  readonly batchId: string | undefined;
  private readonly clocks = new Set<CallClock>();
  private endedBy: Error | undefined;
  private wake: (() => void) | undefined;

  constructor(
    facts: Pick<Facts, 'lane' | 'job'>,
    readonly reply: ReplyChannel,
    attemptsMade: number,
  ) {
    this.lane = facts.lane;
    this.batchId = facts.job && 'batchId' in facts.job ? facts.job.batchId : undefined;
    this.head = { attempts: attemptsMade };
  }

  /** Whether a provider is being called. */
  get isCalling(): boolean {
    return this.clocks.size > 0;
  }

  /** Why it was ended from outside; what has not been called then need not be. */
  get endedByFailure(): ProviderFailure | undefined {
    return this.endedBy instanceof ProviderFailure ? this.endedBy : undefined;
  }

  /** An attempt under way; one of a call that has been ended already ends at once. */
  add(clock: CallClock): void {
    this.clocks.add(clock);
    if (this.endedBy instanceof ProviderFailure) clock.abort(this.endedBy);
  }

  remove(clock: CallClock): void {
    clock.stop();
    this.clocks.delete(clock);
  }

  /** Ends the call with this failure. */
  abort(reason: ProviderFailure): void {
    this.endedBy ??= reason;
    for (const clock of this.clocks) clock.abort(reason);
    this.wake?.();
  }

  /** Ends the waits of a job; an attempt of it may still come to its end. */
  leave(): void {
    this.endedBy ??= new WorkerLeaves();
    this.wake?.();
  }

  /** Resolves after the time. @throws ProviderFailure or WorkerLeaves as soon as the call is ended from outside. */
  async wait(milliseconds: number): Promise<void> {
    if (!this.endedBy) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.wake = undefined;
    }
    if (this.endedBy) throw this.endedBy;
  }
}
