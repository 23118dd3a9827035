/** What a process waits for before it can do its work, and what people should know of it besides: `GET /readyz` names both. */
export class Readiness {
  private readonly needs: { what: string | (() => string); isReady: () => boolean }[] = [];
  private readonly watched: (() => string | undefined)[] = [];

  /** Registers a need in plain words, such as `Postgres`; words that change are given as a function. */
  require(what: string | (() => string), isReady: () => boolean): void {
    this.needs.push({ what, isReady });
  }

  /** The needs not met now. */
  missing(): string[] {
    return this.needs.filter(({ isReady }) => !isReady()).map(({ what }) => (typeof what === 'string' ? what : what()));
  }

  /** Registers something that work does not wait for but people should know; in plain words while it is so. */
  notice(what: () => string | undefined): void {
    this.watched.push(what);
  }

  /** What people should know now. */
  notices(): string[] {
    return this.watched.flatMap((what) => what() ?? []);
  }
}
