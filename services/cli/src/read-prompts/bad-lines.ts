import { CliError } from '../cli.error.js';

const SHOWN_LINES = 20;

/** The lines of a file that are no requests: all are looked for before anybody is told, so that they are corrected in one go. */
export class BadLines {
  private readonly shown: string[] = [];
  private count = 0;

  /** What a line is turned into; undefined from the first bad one on, when nothing is to be sent any more. */
  catch(convert: () => string): string | undefined {
    try {
      const converted = convert();
      return this.count === 0 ? converted : undefined;
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      this.count += 1;
      if (this.count <= SHOWN_LINES) this.shown.push(error.message);
      return undefined;
    }
  }

  /** @throws CliError that names them */
  throwIfAny(): void {
    if (this.count === 0) return;
    const more = this.count - this.shown.length;
    throw new CliError([...this.shown, ...(more > 0 ? [`… and ${more} more bad lines.`] : [])].join('\n'));
  }
}
