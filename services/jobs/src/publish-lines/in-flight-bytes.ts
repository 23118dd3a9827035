/** Lets work go on while the bytes it holds stay under a limit; one piece of work larger than the limit goes alone. */
export class InFlightBytes {
  private held = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly mostBytes: number) {}

  /** Resolves when there is room for `bytes`; takes it. One caller at a time. */
  async take(bytes: number): Promise<void> {
    while (this.held > 0 && this.held + bytes > this.mostBytes) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    this.held += bytes;
  }

  give(bytes: number): void {
    this.held -= bytes;
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
