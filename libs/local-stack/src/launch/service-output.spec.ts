import { describe, expect, it } from '@jest/globals';

import { outputLines } from '../processes/output-lines.js';
import { readableLine } from './service-output.js';

const WARN = 40;

describe('readableLine', () => {
  it('shows a warning with its fields', () => {
    const line = JSON.stringify({
      level: 40,
      time: 1,
      pid: 2,
      hostname: 'h',
      requestId: 'r-1',
      attempts: 2,
      msg: 'the target is slow',
    });

    expect(readableLine(line, WARN)).toBe('WARN  the target is slow requestId=r-1 attempts=2');
  });

  it('drops what is below the level', () => {
    expect(readableLine('{"level":30,"msg":"started"}', WARN)).toBeUndefined();
    expect(readableLine('{"msg":"started","level":30}', WARN)).toBeUndefined();
    expect(readableLine('{"level":"info","message":"started"}', WARN)).toBeUndefined();
  });

  it('reads a level that is given by its name', () => {
    expect(readableLine('{"level":"warn","time":"2026","service":"worker","message":"slow"}', WARN)).toBe('WARN  slow');
  });

  it('keeps what is no JSON, as a crash is printed', () => {
    expect(readableLine('TypeError: broken', WARN)).toBe('TypeError: broken');
    expect(readableLine('{"level":50,', WARN)).toBe('{"level":50,');
  });
});

describe('outputLines', () => {
  it('puts lines together over chunk borders, also inside a character', () => {
    const lines: string[] = [];
    const write = outputLines((line) => lines.push(line));
    const bytes = Buffer.from('grün\nblau\nro');
    write(bytes.subarray(0, 3));
    write(bytes.subarray(3));
    write(Buffer.from('t\n'));

    expect(lines).toEqual(['grün', 'blau', 'rot']);
  });

  it('does not wait for ever for the end of a line', () => {
    const lines: string[] = [];
    outputLines((line) => lines.push(line))(Buffer.alloc(70_000, 'x'));

    expect(lines).toHaveLength(1);
  });
});
