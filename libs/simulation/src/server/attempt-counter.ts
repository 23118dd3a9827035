const KEPT_PROMPTS = 100_000;

/** Counts how often each prompt has been tried, so that a simulated failure is not the same for ever. Bounded. */
export class AttemptCounter {
  private readonly attempts = new Map<string, number>();

  /** The number of earlier attempts at this prompt. */
  next(prompt: string): number {
    const earlier = this.attempts.get(prompt) ?? 0;
    this.attempts.set(prompt, earlier + 1);
    if (this.attempts.size > KEPT_PROMPTS) {
      for (const oldest of this.attempts.keys()) {
        this.attempts.delete(oldest);
        break;
      }
    }
    return earlier;
  }
}
