/** For what a data key is used: whoever unwraps it must say the same. */
export type KeyContext = Readonly<Record<string, string>>;

/** Why a provider does not wrap or unwrap a key. */
export type KeyProviderErrorCode = 'key_provider_unavailable' | 'key_refused';

/** A provider that cannot be reached (a retry can help), or that refuses: another master key, an altered key, no permission. */
export class KeyProviderError extends Error {
  override readonly name = 'KeyProviderError';
  readonly retryable: boolean;

  constructor(
    readonly code: KeyProviderErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.retryable = code === 'key_provider_unavailable';
  }
}

/**
 * Holds the master key and wraps data keys (32 bytes) with it, so that the master key is nowhere near the data. A wrapped key is
 * text that says nothing without the provider, and is bound to its context: for another one it is refused.
 */
export abstract class KeyProvider {
  /** What stands beside a wrapped key, to know who can unwrap it: `file`, `aws-kms` or `vault`. */
  abstract readonly name: string;

  /** @throws KeyProviderError */
  abstract wrap(dataKey: Uint8Array, context: KeyContext): Promise<string>;

  /** @throws KeyProviderError `key_refused` for a key wrapped elsewhere, for another context, or altered */
  abstract unwrap(wrapped: string, context: KeyContext): Promise<Buffer>;
}

/** A context in one form, whatever the order of its members. */
export function canonicalContext(context: KeyContext): string {
  return JSON.stringify(Object.entries(context).toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

/** @throws KeyProviderError `key_refused` for what is no data key */
export function dataKeyOf(bytes: Uint8Array): Buffer {
  if (bytes.byteLength === 32) return Buffer.from(bytes);
  throw new KeyProviderError('key_refused', `What was unwrapped has ${bytes.byteLength} bytes and is no data key.`);
}
