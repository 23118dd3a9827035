/** A command that cannot be carried out as given, with the remedy. */
export class FaultsError extends Error {
  override readonly name = 'FaultsError';

  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(message);
  }
}
