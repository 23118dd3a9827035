import { describe, expect, it } from '@jest/globals';
import { textLines } from './text-lines.js';

async function linesOf(bytes: Uint8Array, size: number): Promise<string[]> {
  async function* source(): AsyncIterable<Uint8Array> {
    for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
  }
  const lines: string[] = [];
  for await (const { text } of textLines(source())) lines.push(text);
  return lines;
}

describe('textLines', () => {
  it.each([1, 2, 3, 100])('gives the same lines whatever the pieces (%i bytes)', async (size) => {
    const bytes = Buffer.from('\uFEFFäöü\r\n\n"a\u2028b"\n😀 last');

    expect(await linesOf(bytes, size)).toEqual(['äöü', '', '"a\u2028b"', '😀 last']);
  });

  it('says so when a file is not UTF-8', async () => {
    await expect(linesOf(Buffer.from([0x61, 0x0a, 0xff, 0x0a]), 2)).rejects.toThrow('not UTF-8');
  });
});
