import type { ErrorClass, Usage } from '#libs/contracts';

/** What a caller is told of a refusal beside the sentence: a stable code, and the field at fault. */
export interface OwnRefusal {
  readonly code: string;
  readonly param: string | null;
}

/** What a failed attempt is known by, besides its class and sentence. */
export interface FailureDetails extends ErrorOptions {
  status?: number;
  retryAfterSeconds?: number;
  /** A refusal of our own, before any provider was asked: its message is one for the caller. */
  refusal?: OwnRefusal | undefined;
  /** The message holds words of the provider's, which may quote the request: it is for the caller, and no part of the record. */
  quotesProvider?: boolean;
  /** What the provider says it used nevertheless. */
  usage?: Usage | undefined;
}

/** An attempt that failed at a provider, classified. The message may be the provider's own sentence,
 * cut short and without our credential. */
export class ProviderFailure extends Error {
  readonly status: number | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly refusal: OwnRefusal | undefined;
  readonly quotesProvider: boolean;
  readonly usage: Usage | undefined;

  constructor(
    readonly errorClass: ErrorClass,
    message: string,
    details: FailureDetails = {},
  ) {
    super(message, details);
    this.name = 'ProviderFailure';
    this.status = details.status;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.refusal = details.refusal;
    this.quotesProvider = details.quotesProvider ?? false;
    this.usage = details.usage;
  }
}

/** The same failure with what was used nevertheless; what it knows itself comes first. */
export function withUsage(failure: ProviderFailure, usage: Usage | undefined): ProviderFailure {
  return failure.usage || !usage ? failure : changed(failure, { usage });
}

/** The same failure with other words. */
export function withMessage(failure: ProviderFailure, message: string): ProviderFailure {
  return message === failure.message ? failure : changed(failure, { message });
}

function changed(failure: ProviderFailure, changes: { usage?: Usage; message?: string }): ProviderFailure {
  const { errorClass, message, status, retryAfterSeconds, refusal, quotesProvider, usage, cause } = failure;
  return new ProviderFailure(errorClass, changes.message ?? message, {
    ...(status === undefined ? {} : { status }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    refusal,
    quotesProvider,
    usage: changes.usage ?? usage,
    cause,
  });
}
