import { readdirSync, readFileSync } from 'node:fs';
import { BenchError } from '../bench.error.js';
import { parseProcessStat, type ProcessStat } from './process-stat.js';

/** All processes of the machine at one moment. */
export class ProcessTable {
  private readonly childrenOf = new Map<number, ProcessStat[]>();
  private readonly byPid = new Map<number, ProcessStat>();

  constructor(stats: Iterable<ProcessStat>) {
    for (const stat of stats) {
      this.byPid.set(stat.pid, stat);
      const siblings = this.childrenOf.get(stat.parentPid);
      if (siblings === undefined) this.childrenOf.set(stat.parentPid, [stat]);
      else siblings.push(stat);
    }
  }

  /** Throws where the system has no /proc. */
  static read(): ProcessTable {
    try {
      const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
      return new ProcessTable(pids.map(readStat).filter((stat) => stat !== undefined));
    } catch (cause) {
      throw new BenchError('CPU time cannot be read from /proc.', 'Run the bench on Linux.', { cause });
    }
  }

  /** The process itself and everything below it. Throws when it is gone: its figures would be those of another. */
  treeOf(pid: number): readonly ProcessStat[] {
    const root = this.byPid.get(pid);
    if (root === undefined)
      throw new BenchError(`Process ${pid} ended while it was measured.`, 'See the logs; run the bench again.');
    return [root, ...(this.childrenOf.get(pid) ?? []).flatMap((child) => this.treeOf(child.pid))];
  }

  /** CPU milliseconds of a process; with its descendants, those that have ended included, unless it stands `alone`. */
  cpuMillisecondsOf(pid: number, isAlone: boolean): number {
    const tree = this.treeOf(pid);
    if (isAlone) return tree[0]?.cpuMilliseconds ?? 0;
    return tree.reduce((sum, stat) => sum + stat.cpuMilliseconds + stat.endedChildrenCpuMilliseconds, 0);
  }
}

function readStat(pid: string): ProcessStat | undefined {
  try {
    return parseProcessStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}
