/** How often and how long it is measured what budgets and limits add. */
export interface BoundsEffort {
  readonly rounds: number;
  readonly seconds: number;
}
