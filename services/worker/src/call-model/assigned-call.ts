import type { Facts, RoutingSlip, Target } from '#libs/contracts';
import type { JobGuard } from '../guard-jobs/job-guard.js';
import type { ReplyChannel } from './reply-channel.js';

/** A call as it came: whose, along which plan, with which body, and the way back. */
export interface AssignedCall {
  readonly facts: Facts;
  readonly slip: RoutingSlip;
  readonly body: Uint8Array;
  readonly reply: ReplyChannel;
  /** Of a job that guards apply to. */
  readonly guard?: JobGuard;
  /** Of a job whose answer is streamed: what came of it. */
  readonly streamed?: { gathered(): Uint8Array | undefined };
}

/** A call that ends without being made needs no body. */
export type UncalledCall = Omit<AssignedCall, 'body'>;

/** What is to be done after the work here: nothing more, or the same message sent on to the plan's next target. */
export type NextStep = { done: true } | { done: false; slip: RoutingSlip; target: Target };
