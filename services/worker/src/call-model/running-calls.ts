import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ConsumerLimits } from '#libs/messaging';
import { Consumer, type AnswerHead } from '#libs/contracts';
import { Shutdown } from '#libs/runtime';
import { metrics } from '#libs/telemetry';
import { ProviderFailure } from '../providers/provider-failure.js';
import type { CallClock } from './call-clock.js';
import type { ReplyChannel } from './reply-channel.js';

/** Most calls of waiting callers that one worker has under way. */
const MOST_INTERACTIVE_CALLS = 2_000;
/** Calls of the durable lane give way while this many callers wait, one for one. */
const INTERACTIVE_BEFORE_DURABLE_GIVES_WAY = 64;
/** Most calls of the durable lane at once. */
const MOST_DURABLE_CALLS = 512;
const ALIVE_EVERY_MILLISECONDS = 5_000;
/** HTTP's own word for "being worked on": a call that runs has no status yet. */
const PROCESSING = 102;
const FORGET_CANCELLATION_MILLISECONDS = 60_000;

/** A call of this process that has not ended. */
export interface RunningCall {
  readonly clock: CallClock;
  readonly reply: ReplyChannel;
  /** What is being called. */
  readonly head: Omit<AnswerHead, 'status'>;
  readonly lane: 'interactive' | 'durable';
}

/** The calls under way: their number bounds what is taken, callers who left end theirs, and long ones say they live. */
@Injectable()
export class RunningCalls implements OnApplicationShutdown {
  private readonly calls = new Map<string, RunningCall>();
  private readonly cancelledBefore = new Map<string, number>();
  private interactive = 0;
  private readonly heartbeat = setInterval(() => this.beat(), ALIVE_EVERY_MILLISECONDS);

  constructor(limits: ConsumerLimits, shutdown: Shutdown) {
    shutdown.hurry.addEventListener('abort', () => this.endInteractive());
    limits.set(Consumer.worker.name, () => {
      const giveWay = Math.max(0, this.interactive - INTERACTIVE_BEFORE_DURABLE_GIVES_WAY);
      return MOST_DURABLE_CALLS - giveWay;
    });
  }

  onApplicationShutdown(): void {
    clearInterval(this.heartbeat);
  }

  get hasRoom(): boolean {
    return this.interactive < MOST_INTERACTIVE_CALLS;
  }

  add(requestId: string, call: RunningCall): void {
    this.calls.set(requestId, call);
    if (call.lane === 'interactive') this.interactive++;
    metrics.inFlight.add({ lane: call.lane }, 1);
    if (this.cancelledBefore.delete(requestId)) this.cancel(requestId);
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
    if (call) call.clock.abort(new ProviderFailure('cancelled', 'the caller left'));
    else this.cancelledBefore.set(requestId, Date.now());
  }

  /** Jobs are delivered again to another process; a waiting caller has only this one. */
  private endInteractive(): void {
    for (const { lane, clock } of this.calls.values()) {
      if (lane === 'interactive') clock.abort(new ProviderFailure('worker_lost', 'the worker had to stop'));
    }
  }

  private beat(): void {
    for (const { reply, head } of this.calls.values()) reply.alive({ status: PROCESSING, ...head });
    const forgetBefore = Date.now() - FORGET_CANCELLATION_MILLISECONDS;
    for (const [requestId, at] of this.cancelledBefore) {
      if (at < forgetBefore) this.cancelledBefore.delete(requestId);
    }
  }
}
