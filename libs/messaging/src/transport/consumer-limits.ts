/** Lets a service lower the number of messages it takes at once while it runs, below what the decorator allows. */
export class ConsumerLimits {
  private readonly limits = new Map<string, () => number>();

  /** `limit` is asked before each pull; it should be cheap. */
  set(consumerName: string, limit: () => number): void {
    this.limits.set(consumerName, limit);
  }

  /** The limit now in force. */
  of(consumerName: string, most: number): number {
    const limit = this.limits.get(consumerName)?.();
    return limit === undefined ? most : Math.max(0, Math.min(most, limit));
  }
}
