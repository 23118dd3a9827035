/** What must be undone at the end, newest first; each step once, and none kept from running by another's failure. */
export class Cleanup {
  private steps: (() => Promise<unknown>)[] = [];
  private running: Promise<void> | undefined;

  add(step: () => Promise<unknown>): void {
    this.steps.push(step);
  }

  run(): Promise<void> {
    this.running ??= this.runAll();
    return this.running;
  }

  private async runAll(): Promise<void> {
    for (const step of this.steps.toReversed()) await step().catch((error: unknown) => console.error(error));
    this.steps = [];
  }
}
