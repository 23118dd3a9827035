import { readFileSync } from 'node:fs';
import type { Part } from './part.js';
import { ProcessTable } from './process-table.js';

/** Memory of one part in mebibytes: resident, and with pages shared between processes counted once in all (PSS). */
export interface MemoryOfPart {
  readonly name: string;
  readonly residentMebibytes: number;
  readonly proportionalMebibytes: number;
}

/** Reads the memory of each part with its descendants. Where PSS may not be read, the resident figure stands for it. */
export function readMemory(parts: readonly Part[]): MemoryOfPart[] {
  const table = ProcessTable.read();
  return parts.map(({ name, pid, isAlone }) => {
    const pids = isAlone === true ? [pid] : table.treeOf(pid).map((stat) => stat.pid);
    const kibibytes = pids.map(readProcess);
    return {
      name,
      residentMebibytes: kibibytes.reduce((sum, { resident }) => sum + resident, 0) / 1024,
      proportionalMebibytes: kibibytes.reduce((sum, { proportional }) => sum + proportional, 0) / 1024,
    };
  });
}

function readProcess(pid: number): { resident: number; proportional: number } {
  const resident = readField(`/proc/${pid}/status`, 'VmRSS');
  const proportional = readField(`/proc/${pid}/smaps_rollup`, 'Pss');
  return { resident, proportional: proportional === 0 ? resident : proportional };
}

function readField(file: string, field: string): number {
  try {
    return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync(file, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
