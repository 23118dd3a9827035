import type { Facts, Target } from '#libs/contracts';

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
 * wire format of the provider's dialect.
 */
export interface ProviderAnswer {
  readonly status: number;
  header(name: string): string | undefined;
  readonly body: AsyncIterable<Uint8Array>;
}

/** A configured provider, ready to be called. */
export interface Provider {
  /** Resolves when the answer begins; rejects with `ProviderFailure` where none does. */
  call(call: ProviderCall): Promise<ProviderAnswer>;
  /** Takes the provider's credential out of words of the provider that go on to callers, records and logs. */
  redact(words: string): string;
  close(): Promise<void>;
}

/** A kind of provider: its name in the configuration and how one is made of its options and opened credential. */
export interface ProviderKind {
  readonly kind: string;
  create(options: unknown, credential: string | undefined): Provider;
}
