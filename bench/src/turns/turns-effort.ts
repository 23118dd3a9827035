/** How often and how long each contender takes its turn. */
export interface TurnsEffort {
  readonly rounds: number;
  readonly seconds: number;
}
