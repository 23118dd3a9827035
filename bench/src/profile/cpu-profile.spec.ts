import { describe, expect, it } from '@jest/globals';
import { selfTimes, type CpuProfile } from './cpu-profile.js';

const frame = (functionName: string, url: string, lineNumber: number) => ({ functionName, url, lineNumber });

const PROFILE: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame('(idle)', '', -1) },
    { id: 2, callFrame: frame('parse', 'file:///project/dist/libs/a.js', 9) },
    { id: 3, callFrame: frame('parse', 'file:///project/dist/libs/a.js', 9) },
    { id: 4, callFrame: frame('send', 'node:net', 99) },
  ],
  startTime: 1_000,
  samples: [1, 2, 4, 3, 1],
  timeDeltas: [0, 100, 300, 50, 500],
};

describe('selfTimes', () => {
  it('lets a sample last until the next and joins a function called from two places', () => {
    expect(selfTimes(PROFILE, { from: 0, to: 10_000 })).toEqual([
      { functionName: 'parse', url: 'file:///project/dist/libs/a.js', line: 10, microseconds: 800 },
      { functionName: '(idle)', url: '', line: 0, microseconds: 100 },
      { functionName: 'send', url: 'node:net', line: 100, microseconds: 50 },
    ]);
  });

  it('counts only what began within the window', () => {
    expect(selfTimes(PROFILE, { from: 1_100, to: 1_401 }).map(({ functionName }) => functionName)).toEqual([
      'parse',
      'send',
    ]);
  });
});
