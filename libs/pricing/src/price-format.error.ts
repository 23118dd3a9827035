const LONGEST_QUOTE = 60;

/**
 * A price in the configuration is not one. The message quotes it and says what it must look like; a retry cannot help
 * until the price is corrected.
 */
export class PriceFormatError extends Error {
  override readonly name = 'PriceFormatError';
  readonly retryable = false;

  constructor(text: string, requirement: string) {
    super(`The price ${JSON.stringify(text.slice(0, LONGEST_QUOTE))} ${requirement}.`);
  }
}
