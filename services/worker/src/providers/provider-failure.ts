import type { ErrorClass } from '#libs/contracts';

/** What a failed attempt is known by, besides its class and sentence. */
export interface FailureDetails extends ErrorOptions {
  status?: number;
  retryAfterSeconds?: number;
  /** Code of a refusal of our own, before any provider was asked; its message is one for the caller. */
  refusalCode?: string;
}

/** An attempt that failed at a provider, classified. The message may be the provider's own sentence,
 * cut short and without our credential. */
export class ProviderFailure extends Error {
  readonly status: number | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly refusalCode: string | undefined;

  constructor(
    readonly errorClass: ErrorClass,
    message: string,
    details: FailureDetails = {},
  ) {
    super(message, details);
    this.name = 'ProviderFailure';
    this.status = details.status;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.refusalCode = details.refusalCode;
  }
}
