import { describe, expect, it } from '@jest/globals';
import { array, assert, asyncProperty, constantFrom, integer, string } from 'fast-check';
import { readLines, type FileLine, type LineReaderOptions } from './line-reader.js';

async function* pieces(bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function linesOf(
  content: string | Uint8Array,
  size = 7,
  options: Partial<LineReaderOptions> = {},
): Promise<FileLine[]> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const lines: FileLine[] = [];
  for await (const line of readLines(pieces(bytes, size), { lineBytes: 1_000, ...options })) lines.push(line);
  return lines;
}

const textOf = (line: FileLine): string | undefined => line.bytes && Buffer.from(line.bytes).toString();

describe('readLines', () => {
  it('gives each line with its number and place, whatever the pieces', async () => {
    await assert(
      asyncProperty(
        array(string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n\uFEFF]/g, ' '))),
        integer({ min: 1, max: 40 }),
        constantFrom('\n', '\r\n'),
        async (texts, size, lineEnd) => {
          const content = Buffer.from(texts.map((text) => text + lineEnd).join(''));
          const lines = await linesOf(content, size);

          expect(lines.map(textOf)).toEqual(texts);
          expect(lines.map(({ line }) => line)).toEqual(texts.map((_, index) => index + 1));
          for (const { offset, length, bytes } of lines) {
            expect(Buffer.from(content.subarray(offset, offset + length))).toEqual(Buffer.from(bytes ?? []));
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('gives a last line without a line end, and none after one with it', async () => {
    expect((await linesOf('a\nb')).map(textOf)).toEqual(['a', 'b']);
    expect((await linesOf('a\nb\n')).map(textOf)).toEqual(['a', 'b']);
    expect(await linesOf('')).toEqual([]);
  });

  it('drops a byte order mark and says where the first line really starts', async () => {
    const [first, second] = await linesOf('\uFEFFone\ntwo\n', 2);

    expect(first).toMatchObject({ line: 1, offset: 3, length: 3 });
    expect(first && textOf(first)).toBe('one');
    expect(second).toMatchObject({ line: 2, offset: 7, length: 3 });
  });

  it('names a line that is too long without holding it, and goes on behind it', async () => {
    const lines = await linesOf(`ok\n${'x'.repeat(5_000)}\nok too\n`, 100);

    expect(lines.map(textOf)).toEqual(['ok', undefined, 'ok too']);
    expect(lines[1]).toMatchObject({ line: 2, offset: 3, length: 5_000 });
    expect(lines[2]).toMatchObject({ line: 3, offset: 5_004 });
  });

  it('resumes in the middle of a file', async () => {
    const content = Buffer.from('one\ntwo\nthree\n');
    const rest = await linesOf(content.subarray(4), 3, { firstLine: 2, firstOffset: 4 });

    expect(rest).toMatchObject([
      { line: 2, offset: 4, length: 3 },
      { line: 3, offset: 8, length: 5 },
    ]);
  });
});
