import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Consumer } from '#libs/contracts';
import { ConsumerLimits } from '#libs/messaging';
import { Shutdown } from '#libs/runtime';
import { CallerDelays } from './caller-delays.js';
import { BESIDE_CALLERS_AT_FIRST, besideCallers, durableRoom } from './durable-room.policy.js';
import { RunningCalls } from './running-calls.js';

const LOOK_EVERY_MILLISECONDS = 50;
/** So long after a caller the durable lane still holds back, since another may come. */
const CALLERS_LATELY_MILLISECONDS = 1_000;
/** Requests that lie here ready to be called, so that no slot is ever idle. */
const READY_REQUESTS = 128;
/** Most requests held here, those included that wait for their target to have room again. */
export const MOST_HELD_REQUESTS = 4_096;
/** Before anything is known of it, as many as a message holds at most: too few are asked for rather than too many. */
const REQUESTS_PER_MESSAGE_AT_FIRST = 50;
const WEIGHT_OF_NEWEST = 0.2;

type Waiter = (taken: (() => void) | 'leaving') => void;

/**
 * The calls of the durable lane that may be under way at once in this worker. A request has a slot only while it is being called:
 * one that waits until its target has room again leaves it to others. Messages are asked for as slots become free.
 */
@Injectable()
export class DurableSlots implements OnApplicationShutdown {
  private taken = 0;
  private held = 0;
  private messages = 0;
  private perMessage = REQUESTS_PER_MESSAGE_AT_FIRST;
  private beside = BESIDE_CALLERS_AT_FIRST;
  private lookedAt = performance.now();
  private isLeaving = false;
  private readonly waiting: Waiter[] = [];
  private readonly timer = setInterval(() => this.look(), LOOK_EVERY_MILLISECONDS);

  constructor(
    limits: ConsumerLimits,
    shutdown: Shutdown,
    private readonly running: RunningCalls,
    private readonly callerDelays: CallerDelays,
  ) {
    shutdown.hurry.addEventListener('abort', () => this.leave());
    limits.set(Consumer.worker.name, () => this.messagesWanted());
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Resolves to what gives the slot back, as soon as there is one; or says that the process stops, and the request goes elsewhere. */
  async take(): Promise<(() => void) | 'leaving'> {
    if (this.isLeaving) return 'leaving';
    if (this.taken < this.room()) return this.slot();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Counts the requests of a message until the function is called that it returns. */
  hold(requests: number): () => void {
    this.messages += 1;
    this.held += requests;
    this.perMessage += WEIGHT_OF_NEWEST * (requests - this.perMessage);
    return () => {
      this.messages -= 1;
    };
  }

  /** To be called for each request of a message when it is done with. */
  done(): void {
    this.held -= 1;
  }

  private messagesWanted(): number {
    const ready = this.taken + this.waiting.length;
    const room = Math.min(this.room() + READY_REQUESTS - ready, MOST_HELD_REQUESTS - this.held);
    return this.messages + Math.max(0, Math.ceil(room / Math.max(1, this.perMessage)));
  }

  private slot(): () => void {
    this.taken += 1;
    return () => {
      this.taken -= 1;
      this.fill();
    };
  }

  private fill(): void {
    while (this.waiting.length > 0 && this.taken < this.room()) this.waiting.shift()?.(this.slot());
  }

  private room(): number {
    const { waitingCallers } = this.running;
    return durableRoom({ waitingCallers, hadCallersLately: this.hadCallersLately(), beside: this.beside });
  }

  private hadCallersLately(): boolean {
    return performance.now() - this.running.lastCallerAt < CALLERS_LATELY_MILLISECONDS;
  }

  private look(): void {
    const now = performance.now();
    const congestion = {
      late: now - this.lookedAt - LOOK_EVERY_MILLISECONDS,
      callersDelayed: this.callerDelays.take(),
    };
    this.beside = this.hadCallersLately() ? besideCallers(this.beside, congestion) : BESIDE_CALLERS_AT_FIRST;
    this.lookedAt = now;
    this.fill();
  }

  private leave(): void {
    this.isLeaving = true;
    for (const resolve of this.waiting.splice(0)) resolve('leaving');
  }
}
