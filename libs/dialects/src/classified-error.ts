import type { ErrorClass } from '#libs/contracts';

/** A provider's refusal in terms of our own error classes. `message` is the provider's sentence, cut to a bound. */
export interface ClassifiedError {
  errorClass: ErrorClass;
  message: string;
  /** How long to wait, where the body says so; a header that says so comes first. */
  retryAfterSeconds?: number;
}
