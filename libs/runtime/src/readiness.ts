/** What a process waits for before it can do its work. `GET /readyz` names what is missing. */
export class Readiness {
  private readonly needs: { what: string | (() => string); isReady: () => boolean }[] = [];

  /** Registers a need in plain words, such as `Postgres`; words that change are given as a function. */
  require(what: string | (() => string), isReady: () => boolean): void {
    this.needs.push({ what, isReady });
  }

  /** The needs not met now. */
  missing(): string[] {
    return this.needs.filter(({ isReady }) => !isReady()).map(({ what }) => (typeof what === 'string' ? what : what()));
  }
}
