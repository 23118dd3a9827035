/**
 * A part of the local stack cannot be found, started or kept running. The message is one clear sentence on what
 * happened to what; `remedy` says what the operator can do. A retry helps only after the remedy.
 */
export class LocalStackError extends Error {
  override readonly name = 'LocalStackError';
  readonly remedy: string;
  readonly retryable = false;

  constructor(happened: string, remedy: string, options?: ErrorOptions) {
    super(happened, options);
    this.remedy = remedy;
  }
}
