/** Thrown when there is too little to learn from. */
export class TooFewRows extends Error {
  readonly retryable = false;

  constructor(rows: number, fewest: number) {
    super(`There are ${rows} labelled prompts; at least ${fewest} are needed. Gather more feedback first.`);
    this.name = 'TooFewRows';
  }
}
