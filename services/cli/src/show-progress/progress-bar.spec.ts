import { describe, expect, it } from '@jest/globals';
import { ProgressBar } from './progress-bar.js';

const step = (value: number) => ({ value, total: 10, format: '{bar}', payload: {}, line: `${value} of 10` });

describe('progress where there is no terminal', () => {
  it('is a line when something has changed and some seconds are over, and never a bar', () => {
    let now = 0;
    const written: string[] = [];
    const write = (text: unknown) => written.push(String(text)) > 0;
    const bar = new ProgressBar({ isTTY: false, write }, () => now);
    for (const [milliseconds, value] of [
      [0, 0],
      [4_999, 1],
      [5_000, 2],
      [9_000, 3],
      [12_000, 4],
      [30_000, 4],
    ] as const) {
      now = milliseconds;
      bar.show(step(value));
    }
    bar.stop();
    expect(written).toEqual(['2 of 10\n', '4 of 10\n']);
  });
});
