/** How long decisions take under one strategy with one number of candidates, in microseconds. */
export interface RoutingFigures {
  readonly strategy: string;
  readonly candidates: number;
  readonly p50Microseconds: number;
  readonly p99Microseconds: number;
  /** The median as a multiple of that of plain `priority` with as many candidates. */
  readonly ofPriority: number;
}
