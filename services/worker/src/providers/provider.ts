import type { Facts, Target, Usage } from '#libs/contracts';
import type { Agent, buildConnector } from 'undici';
import type { ClassifiedError, FetchFile } from '#libs/dialects';
import type { NativeBatches } from './native-batches.js';

/** One call of one provider. `body` is the caller's own; `signal` ends the call. */
export interface ProviderCall {
  readonly facts: Facts;
  readonly target: Target;
  readonly body: Uint8Array;
  /** How many attempts the request had before this one. */
  readonly attempt: number;
  readonly signal: AbortSignal;
}

/**
 * A provider's answer as it begins: its HTTP status, headers (lower-case names) and the bytes of its body as they come, in the
 * wire format of the caller's dialect; a body with an error status is in the provider's own.
 */
export interface ProviderAnswer {
  readonly status: number;
  header(name: string): string | undefined;
  readonly body: AsyncIterable<Uint8Array>;
  /** What of the request the provider could not do and did not get; one sentence each. */
  readonly warnings?: readonly string[];
  /** Takes out of whole events, or of a whole answer, what is for the operator only; absent where there is no such thing. */
  forCallers?(bytes: Uint8Array): Uint8Array;
  /** What a refused answer used nevertheless: a request may need several calls, of which some were made. */
  readonly usage?: Usage;
}

/** A configured provider, ready to be called. */
export interface Provider {
  /** Resolves when the answer begins; rejects with `ProviderFailure` where none does, or where it does not serve such calls. */
  call(call: ProviderCall): Promise<ProviderAnswer>;
  /** What an answer with an error status means. */
  classify(status: number, body: string): ClassifiedError;
  /** Takes the provider's credential out of words of the provider that go on to callers, records and logs. */
  redact(words: string): string;
  /** Whether the provider is there, told by a request that costs nothing; absent where there is none such. */
  isReachable?(signal: AbortSignal): Promise<boolean>;
  /** Its own batch API; absent where it has none. */
  readonly batches?: NativeBatches | undefined;
  close(): Promise<void>;
}

/** What every provider may use. */
export interface ProviderSurroundings {
  /** Gets a file by a URL of a caller, from public addresses only. */
  readonly fetchFile: FetchFile;
  /** Takes the place of connections, where nobody is to be called: requests are only made, and answers only read. */
  readonly agent?: Agent;
  /** Opens the connections, where not every address may be called. */
  readonly connect?: buildConnector.connector;
}

/** A kind of provider: its name in the configuration and how one is made of its options and opened credential. */
export interface ProviderKind {
  readonly kind: string;
  create(options: unknown, credential: string | undefined, surroundings: ProviderSurroundings): Provider;
}
