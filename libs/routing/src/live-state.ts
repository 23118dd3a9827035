import type { TargetState } from '#libs/contracts';

/** What a decision takes from the world besides facts and configuration; given the same, the same plan is made. */
export interface LiveState {
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** What is known of a target; undefined where nothing is. */
  target(provider: string, model: string): TargetState | undefined;
  /** How many requests of a public model this router has planned, for those that are to be served in turn. */
  turn(model: string): number;
}

/** A world of which nothing is known. */
export function quietState(now: number): LiveState {
  return { now, target: () => undefined, turn: () => 0 };
}
