import type { QueueHold } from '#libs/contracts';
import type { Pause } from '../dispatch-work/pauses.policy.js';
import type { QueueEstimate } from '../dispatch-work/queue-estimate.policy.js';
import type { TargetsHold } from '../dispatch-work/targets-hold.policy.js';
import type { RestingWork } from '../dispatch-work/work-rests.js';

/** What holds work back, and until when where that is known, in milliseconds since the epoch. */
export interface WorkHold {
  readonly reason: QueueHold['reason'];
  readonly words: string;
  readonly until: number | undefined;
}

/** When work will be done, and what holds it back now. */
export interface HeldEstimate extends QueueEstimate {
  readonly hold: WorkHold | undefined;
}

/** As work that is under way is held back: by its providers alone. */
export function providerHold(targets: TargetsHold | undefined): WorkHold | undefined {
  return targets && { reason: 'provider', ...targets };
}

/**
 * A pause is told first: while it holds, nobody looks whether there would be room. What rests for a limit or a budget would not be
 * called even if its providers were well.
 */
export function holdOf(
  pause: Pause | undefined,
  rest: RestingWork | undefined,
  targets: TargetsHold | undefined,
): WorkHold | undefined {
  if (pause) {
    const what = pause.scope === 'all' ? 'all durable work' : `${pause.scope} ${pause.name}`;
    return { reason: 'pause', words: what, until: pause.until?.getTime() };
  }
  if (rest) return { reason: rest.reason, words: rest.words, until: rest.reason === 'limit' ? rest.until : undefined };
  return providerHold(targets);
}

/**
 * Paused work begins again when its pause ends: nobody can tell when that is where only an operator ends it. Work at a limit goes on
 * at the speed that was measured, which is that of the limit, but not before there is room.
 */
export function heldEstimate(estimate: QueueEstimate, hold: WorkHold | undefined, now: number): HeldEstimate {
  const { position, secondsLeft } = estimate;
  if (!hold) return { position, secondsLeft, hold };
  if (hold.until === undefined) return { position, secondsLeft: undefined, hold };
  const heldSeconds = Math.max(0, hold.until - now) / 1_000;
  const after = hold.reason === 'pause' ? heldSeconds : 0;
  return {
    position,
    secondsLeft: secondsLeft === undefined ? undefined : Math.max(heldSeconds, secondsLeft + after),
    hold,
  };
}

/** As batches and jobs show it. */
export function holdObject(hold: WorkHold | undefined): QueueHold | null {
  if (!hold) return null;
  const { reason, words, until } = hold;
  return { reason, of: words, until: until === undefined ? null : Math.ceil(until / 1_000) };
}
