/** A set-up step that cannot be done: one sentence on what happened, one on the remedy. */
export class Refusal extends Error {
  constructor(happened, remedy, options) {
    super(happened, options);
    this.remedy = remedy;
  }
}

/** Prints why a command ends and ends it with code 1. */
export function refuse(error) {
  process.stderr.write(
    `\n${error instanceof Refusal ? `${error.message}\n→ ${error.remedy}` : (error?.stack ?? error)}\n`,
  );
  process.exit(1);
}
