import { describe, expect, it } from '@jest/globals';
import { audioMilliseconds } from './audio-length.js';

function wave(bytesPerSecond: number, dataBytes: number): Buffer {
  const file = Buffer.alloc(44 + dataBytes);
  file.write('RIFF', 0, 'latin1');
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(bytesPerSecond, 28);
  return file;
}

describe('the length of an audio file', () => {
  it.each([
    ['a WAVE file by its header', wave(32_000, 48_000), 1_500],
    ['one with an absurd header by its size', wave(4_000_000_000, 3_956), 1_000],
    ['any other by its size at 32 kbit/s', Buffer.alloc(6_000, 0xff), 1_500],
    ['one of nothing', Buffer.alloc(0), 0],
  ])('is read of %s', (_what, file, milliseconds) => {
    expect(audioMilliseconds(file)).toBe(milliseconds);
  });
});
