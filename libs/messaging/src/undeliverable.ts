/** Thrown by a consumer for a message that no further delivery can help: it is buried in DEAD_LETTERS with the reason. */
export class Undeliverable extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'Undeliverable';
  }
}
