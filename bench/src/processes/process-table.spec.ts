import { describe, expect, it } from '@jest/globals';
import { ProcessTable } from './process-table.js';
import type { ProcessStat } from './process-stat.js';

const stat = (pid: number, parentPid: number, cpuMilliseconds: number, endedChildren = 0): ProcessStat => ({
  pid,
  parentPid,
  cpuMilliseconds,
  endedChildrenCpuMilliseconds: endedChildren,
});

const table = new ProcessTable([
  stat(1, 0, 10),
  stat(100, 1, 500),
  stat(200, 100, 30, 5),
  stat(201, 200, 400),
  stat(202, 200, 100, 20),
  stat(300, 100, 7),
]);

describe('ProcessTable', () => {
  it('sums a server and its backends, those that have ended included', () => {
    expect(table.cpuMillisecondsOf(200, false)).toBe(30 + 5 + 400 + 100 + 20);
  });

  it('leaves out what a launcher has started when it stands alone', () => {
    expect(table.cpuMillisecondsOf(100, true)).toBe(500);
  });

  it('refuses to count a process that is gone', () => {
    expect(() => table.cpuMillisecondsOf(4711, false)).toThrow('Process 4711 ended while it was measured.');
  });
});
