/** Tells on stderr what is being done, with the seconds since the start. */
export class Progress {
  private readonly startedAt = Date.now();

  say(text: string): void {
    const seconds = ((Date.now() - this.startedAt) / 1000).toFixed(1).padStart(6);
    process.stderr.write(`${seconds} s  ${text}\n`);
  }

  get elapsedSeconds(): number {
    return (Date.now() - this.startedAt) / 1000;
  }
}
