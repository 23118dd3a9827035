/**
 * The configuration, or the keys of the admin API, have not been read yet since the start: neither markups nor the budgets that hold
 * money for requests are known. A charge without them would be a wrong one.
 */
export class TermsUnknown extends Error {
  override readonly name = 'TermsUnknown';
  readonly retryable = true;

  constructor() {
    super('The configuration and the keys are not known yet; nothing is charged before they are.');
  }
}
