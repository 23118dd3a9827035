/**
 * An event names a price that neither a configuration that is kept nor `price_versions` holds. The message is delivered again,
 * since the configuration may be late, and at last rests in DEAD_LETTERS: an unknown price is never zero.
 */
export class UnknownPriceVersion extends Error {
  override readonly name = 'UnknownPriceVersion';

  constructor(readonly versions: readonly string[]) {
    super(
      `No price is known for ${versions.join(', ')}: not in the current configuration, nor in those kept before it, nor in billing.price_versions. ` +
        'Put the target back into the configuration, or add the row, and send the dead letter again.',
    );
  }
}
