import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Shutdown } from '#libs/runtime';
import { metrics } from '#libs/telemetry';
import { ProviderFailure } from '../providers/provider-failure.js';
import type { CallInProgress } from './call-in-progress.js';

/** Most calls of waiting callers that one worker has under way. */
const MOST_INTERACTIVE_CALLS = 2_000;
const ALIVE_EVERY_MILLISECONDS = 5_000;
/** HTTP's own word for "being worked on": a call that runs has no status yet. */
const PROCESSING = 102;
const FORGET_CANCELLATION_MILLISECONDS = 60_000;

/** The calls under way: callers who left end theirs, and long ones say they live. */
@Injectable()
export class RunningCalls implements OnApplicationShutdown {
  private readonly calls = new Map<string, CallInProgress>();
  private readonly cancelledBefore = new Map<string, number>();
  private readonly cancelledBatches = new Map<string, number>();
  private interactive = 0;
  private callerAt = -Infinity;
  private readonly heartbeat = setInterval(() => this.beat(), ALIVE_EVERY_MILLISECONDS);

  constructor(shutdown: Shutdown) {
    shutdown.hurry.addEventListener('abort', () => this.endAll());
  }

  /** Calls of waiting callers under way. */
  get waitingCallers(): number {
    return this.interactive;
  }

  /** When the last call of a waiting caller was taken, in milliseconds of the process's clock. */
  get lastCallerAt(): number {
    return this.callerAt;
  }

  onApplicationShutdown(): void {
    clearInterval(this.heartbeat);
  }

  get hasRoom(): boolean {
    return this.interactive < MOST_INTERACTIVE_CALLS;
  }

  add(requestId: string, call: CallInProgress): void {
    this.calls.set(requestId, call);
    if (call.lane === 'interactive') {
      this.interactive++;
      this.callerAt = performance.now();
    }
    metrics.inFlight.add({ lane: call.lane }, 1);
    const isOfCancelled = call.batchId !== undefined && this.cancelledBatches.has(call.batchId);
    if (this.cancelledBefore.delete(requestId) || isOfCancelled) this.cancel(requestId);
  }

  remove(requestId: string): void {
    const call = this.calls.get(requestId);
    if (!call) return;
    this.calls.delete(requestId);
    if (call.lane === 'interactive') this.interactive--;
    metrics.inFlight.add({ lane: call.lane }, -1);
  }

  /** Ends a call whose caller left. A call not here yet is remembered for a while, in case the cancellation overtook it. */
  cancel(requestId: string): void {
    const call = this.calls.get(requestId);
    if (call) call.abort(new ProviderFailure('cancelled', 'the caller left'));
    else this.cancelledBefore.set(requestId, Date.now());
  }

  /**
   * Ends the lines of a batch that wait here, and those that come within the next minute; those that are being called only where
   * `running` says so. The jobs service says it again until the batch has ended.
   */
  cancelBatch(batchId: string, running: boolean): void {
    this.cancelledBatches.set(batchId, Date.now());
    for (const call of this.calls.values()) {
      if (call.batchId !== batchId || (call.isCalling && !running)) continue;
      call.abort(new ProviderFailure('cancelled', 'the batch was cancelled'));
    }
  }

  /** Jobs are delivered again to another process; a waiting caller has only this one. */
  private endAll(): void {
    for (const call of this.calls.values()) {
      if (call.lane === 'interactive') call.abort(new ProviderFailure('worker_lost', 'the worker had to stop'));
      else call.leave();
    }
  }

  private beat(): void {
    for (const { reply, head } of this.calls.values()) reply.alive({ status: PROCESSING, ...head });
    const forgetBefore = Date.now() - FORGET_CANCELLATION_MILLISECONDS;
    for (const [requestId, at] of this.cancelledBefore) {
      if (at < forgetBefore) this.cancelledBefore.delete(requestId);
    }
    for (const [batchId, at] of this.cancelledBatches) {
      if (at < forgetBefore) this.cancelledBatches.delete(batchId);
    }
  }
}
