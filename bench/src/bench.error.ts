/** Why the bench cannot go on, and what to do about it. */
export class BenchError extends Error {
  override readonly name = 'BenchError';

  constructor(
    message: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
