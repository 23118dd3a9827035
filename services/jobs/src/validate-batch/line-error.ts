/** What is wrong with one line of an input file, in OpenAI's fields; the line's number is added by whoever reads the file. */
export class LineError extends Error {
  override readonly name = 'LineError';
  readonly retryable = false;

  constructor(
    readonly code: string,
    message: string,
    readonly param: string | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
