import type { TargetState } from '#libs/contracts';

const FAILING_SHARE = 0.5;
const LEAST_CALLS = 10;

/** Whether a target fails more often than not, by calls enough to tell. */
export function isFailing({ calls, errorShare }: TargetState): boolean {
  return errorShare > FAILING_SHARE && calls >= LEAST_CALLS;
}
