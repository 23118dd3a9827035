/** One thing whose cost is told apart: a process with its descendants, or a launcher without those it has started. */
export interface Part {
  readonly name: string;
  readonly pid: number;
  readonly isAlone?: boolean;
}

/** CPU milliseconds by the name of the part. */
export type CpuByPart = Readonly<Record<string, number>>;
