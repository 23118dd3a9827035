export type SecretErrorCode = 'wrong_key_length' | 'malformed_seal' | 'seal_broken';

/**
 * A secret could not be sealed, opened or hashed. `wrong_key_length`: SWITCHYARD_SECRET_KEY is not 32 bytes;
 * `malformed_seal`: the text is no sealed credential of a known version; `seal_broken`: it was sealed with another
 * secret key, for another provider, or was altered. The message never holds the secret; a retry cannot help.
 */
export class SecretError extends Error {
  override readonly name = 'SecretError';
  readonly retryable = false;

  constructor(
    readonly code: SecretErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
