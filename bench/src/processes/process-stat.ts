/** Linux counts CPU time in hundredths of a second in /proc, on every architecture Node runs on. */
const MILLISECONDS_PER_TICK = 10;

const PARENT_FIELD = 1;
const USER_FIELD = 11;
const SYSTEM_FIELD = 12;
const CHILDREN_USER_FIELD = 13;
const CHILDREN_SYSTEM_FIELD = 14;

/** Of one process: who started it, its CPU time (user and system), and that of its children that have ended. */
export interface ProcessStat {
  readonly pid: number;
  readonly parentPid: number;
  readonly cpuMilliseconds: number;
  readonly endedChildrenCpuMilliseconds: number;
}

/** Reads the text of /proc/<pid>/stat (see proc(5)); the name of the program may hold spaces and brackets. */
export function parseProcessStat(text: string): ProcessStat {
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .trim()
    .split(' ');
  const ticks = (field: number): number => Number(fields[field]);
  return {
    pid: Number.parseInt(text, 10),
    parentPid: ticks(PARENT_FIELD),
    cpuMilliseconds: (ticks(USER_FIELD) + ticks(SYSTEM_FIELD)) * MILLISECONDS_PER_TICK,
    endedChildrenCpuMilliseconds: (ticks(CHILDREN_USER_FIELD) + ticks(CHILDREN_SYSTEM_FIELD)) * MILLISECONDS_PER_TICK,
  };
}
