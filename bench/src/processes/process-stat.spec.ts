import { describe, expect, it } from '@jest/globals';
import { parseProcessStat } from './process-stat.js';

const STAT =
  '4711 (postgres: a) b) S 4700 4711 4711 0 -1 4194560 1215 88 0 0 120 34 5 7 20 0 11 0 96343 1187430400 16210 ' +
  '18446744073709551615 1 1 0 0 0 0 0 4096 17922 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n';

describe('parseProcessStat', () => {
  it('reads parent and CPU time behind a program name with spaces and brackets', () => {
    expect(parseProcessStat(STAT)).toEqual({
      pid: 4711,
      parentPid: 4700,
      cpuMilliseconds: 1540,
      endedChildrenCpuMilliseconds: 120,
    });
  });
});
