import type { CpuByPart, Part } from './part.js';
import { ProcessTable } from './process-table.js';

/** Reads the CPU time of several parts at two moments. */
export class CpuMeter {
  private readonly before: CpuByPart;

  private constructor(private readonly parts: readonly Part[]) {
    this.before = readAll(parts);
  }

  static start(parts: readonly Part[]): CpuMeter {
    return new CpuMeter(parts);
  }

  /** CPU milliseconds of each part since the start. */
  stop(): CpuByPart {
    const after = readAll(this.parts);
    return Object.fromEntries(this.parts.map(({ name }) => [name, (after[name] ?? 0) - (this.before[name] ?? 0)]));
  }
}

/** Divides each figure by `count`. */
export function dividedBy(cpu: CpuByPart, count: number): CpuByPart {
  return Object.fromEntries(Object.entries(cpu).map(([name, milliseconds]) => [name, milliseconds / count]));
}

export function totalOf(cpu: CpuByPart): number {
  return Object.values(cpu).reduce((sum, milliseconds) => sum + milliseconds, 0);
}

function readAll(parts: readonly Part[]): CpuByPart {
  const table = ProcessTable.read();
  return Object.fromEntries(
    parts.map(({ name, pid, isAlone }) => [name, table.cpuMillisecondsOf(pid, isAlone === true)]),
  );
}
