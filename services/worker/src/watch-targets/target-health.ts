import type { Attempt, ErrorClass, Target } from '#libs/contracts';
import type { PacedCall } from './call-pace.js';
import type { ProviderAllowance } from './provider-allowance.policy.js';

/** Whether a target may be called now. */
export type Admission =
  /** It may; `learn` is told when an answer begins, and what that says of the provider's limits, `release` called when the call has ended, however it did. */
  | {
      readonly kind: 'go';
      readonly isProbe: boolean;
      readonly learn: (allowance: ProviderAllowance | undefined) => void;
      release(): void;
    }
  /** Not now: why, and for how long where that is known, in seconds with their fraction. */
  | { readonly kind: 'refused'; readonly errorClass: ErrorClass; readonly retryAfterSeconds?: number };

/** What this worker knows of targets, its own calls and those of others together. */
export abstract class TargetHealth {
  /** Asked before each call. An unwell target lets one worker of all through, to see whether it is well again. */
  abstract admit(target: Target, call: PacedCall): Admission | Promise<Admission>;

  /** Told after each call. `retryAfterSeconds` is what the provider asked for. */
  abstract note(target: Target, attempt: Attempt, retryAfterSeconds?: number): void;
}
