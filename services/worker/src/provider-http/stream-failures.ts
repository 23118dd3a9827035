import { JSONParseError, TypeValidationError, type LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { toldUsage, type ClassifiedError } from '#libs/dialects';
import type { Usage } from '#libs/contracts';
import { ProviderFailure, withUsage } from '../providers/provider-failure.js';

/** How long a provider may take to tell what was used, and to end its stream, after it told of an error. */
const PATIENCE_MILLISECONDS = 1_000;

/** How a provider tells of an error within a stream that began with the status of success. */
export interface StreamErrors {
  /** What an event with an error means; undefined for one that holds no error of the provider's. */
  classify(event: unknown): ClassifiedError | undefined;
  /** What an event of any kind says was used, where the package leaves that out of its end. */
  usageIn?(event: unknown): Usage | undefined;
}

/** Where the parts of a stream go. */
type Parts = Pick<TransformStreamDefaultController<LanguageModelV4StreamPart>, 'enqueue' | 'error'>;

interface HeldFailure {
  readonly failure: ProviderFailure;
  readonly timer: NodeJS.Timeout;
}

/**
 * Makes a classified failure of an error within a stream. Packages go on after one: their last part tells what was used, so
 * that the failure is held back until it comes, though not for long.
 */
export class StreamFailures {
  private lastEvent: unknown;
  private usage: Usage | undefined;
  private held: HeldFailure | undefined;

  constructor(private readonly errors: StreamErrors | undefined) {}

  /** Whether the package must hand over the provider's own events too. */
  get needsEvents(): boolean {
    return this.errors?.usageIn !== undefined;
  }

  /** Takes a part out of the stream where it belongs to a failure, or follows one; says whether it did. */
  take(part: LanguageModelV4StreamPart, parts: Parts): boolean {
    if (part.type === 'raw' && this.needsEvents) {
      this.learnFrom(part.rawValue);
      return true;
    }
    if (part.type === 'error') this.hold(part.error, parts);
    else if (this.held && part.type === 'finish') this.end(parts, toldUsage(part.usage));
    else return this.held !== undefined;
    return true;
  }

  /** Nothing more comes: a failure that was held back goes on. */
  end(parts: Parts, told?: Usage): void {
    if (this.held) parts.enqueue({ type: 'error', error: this.taken(this.held, told) });
  }

  /** The stream broke, or nobody reads it any more: a failure that was held back is the reason. */
  abort(parts: Parts): void {
    if (this.held) parts.error(this.taken(this.held));
  }

  private learnFrom(event: unknown): void {
    this.lastEvent = event;
    this.usage = this.errors?.usageIn?.(event) ?? this.usage;
  }

  private hold(error: unknown, parts: Parts): void {
    if (this.held) return;
    const timer = setTimeout(() => this.abort(parts), PATIENCE_MILLISECONDS);
    this.held = { failure: this.failureOf(error), timer };
  }

  private taken({ failure, timer }: HeldFailure, told?: Usage): ProviderFailure {
    clearTimeout(timer);
    this.held = undefined;
    return withUsage(failure, this.usage ?? told);
  }

  private failureOf(error: unknown): ProviderFailure {
    if (error instanceof ProviderFailure) return error;
    const classified = this.errors?.classify(this.needsEvents ? this.lastEvent : eventOf(error));
    if (!classified) return unclassified(error);
    const { errorClass, message, retryAfterSeconds } = classified;
    return new ProviderFailure(errorClass, message || 'the provider ended the stream with an error', {
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      quotesProvider: true,
      cause: error,
    });
  }
}

function unclassified(error: unknown): ProviderFailure {
  const isUnread = TypeValidationError.isInstance(error) || JSONParseError.isInstance(error);
  if (isUnread || !(error instanceof Error)) {
    return new ProviderFailure('bad_answer', 'the stream held an event that cannot be read', { cause: error });
  }
  // What packages say of their own accord is that the end was missing.
  return new ProviderFailure('cut_stream', error.message, { quotesProvider: true, cause: error });
}

/** The provider's own words within what a package makes of them. */
function eventOf(error: unknown): unknown {
  if (TypeValidationError.isInstance(error)) return error.value;
  if (error instanceof Error) return undefined;
  return error instanceof Object && 'data' in error ? error.data : error;
}
