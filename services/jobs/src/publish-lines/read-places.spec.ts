import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { LinePlace } from '../validate-batch/batch-line.repository.js';
import { readPlaces } from './read-places.js';

/** A file of lines of these lengths, and where each stands in it. */
function fileOf(lengths: readonly number[]): { file: Buffer; places: LinePlace[] } {
  const lines = lengths.map((length, index) => Buffer.alloc(length, `${index},`));
  const places: LinePlace[] = [];
  let byteOffset = 0;
  for (const [index, { length: byteLength }] of lines.entries()) {
    places.push({ line: index + 1, customId: `line-${index + 1}`, byteOffset, byteLength });
    byteOffset += byteLength + 1;
  }
  return { file: Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])), places };
}

async function read(file: Buffer, places: readonly LinePlace[], readBytes: number) {
  const reads: { offset: number; length: number }[] = [];
  const blobs = {
    readRange: (_key: string, offset: number, length: number): Promise<Uint8Array> => {
      reads.push({ offset, length });
      return Promise.resolve(file.subarray(offset, offset + length));
    },
  };
  const lines: string[] = [];
  for await (const { line, bytes } of readPlaces(blobs, 'files/one', places, { readBytes })) {
    lines.push(`${line}:${Buffer.from(bytes).toString()}`);
  }
  return { lines, reads };
}

describe('readPlaces', () => {
  it('reads neighbours at once', async () => {
    const { file, places } = fileOf([3, 3, 3, 3]);

    expect(await read(file, places, 11)).toEqual({
      lines: ['1:0,0', '2:1,1', '3:2,2', '4:3,3'],
      reads: [
        { offset: 0, length: 11 },
        { offset: 12, length: 3 },
      ],
    });
  });

  it('reads a line that is longer than a read alone, and nothing where there is nothing', async () => {
    const { file, places } = fileOf([2, 100, 2]);

    expect((await read(file, places, 10)).reads).toEqual([
      { offset: 0, length: 2 },
      { offset: 3, length: 100 },
      { offset: 104, length: 2 },
    ]);
    expect(await read(file, [], 10)).toEqual({ lines: [], reads: [] });
  });

  it('gives every line its own bytes, whichever are asked for, and never reads more at once than it may', async () => {
    const asked = fc.array(fc.record({ length: fc.nat(40), isAsked: fc.boolean() }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(asked, fc.integer({ min: 1, max: 200 }), async (lines, readBytes) => {
        const { file, places } = fileOf(lines.map(({ length }) => length));
        const wanted = places.filter((_place, index) => lines[index]?.isAsked);
        const { lines: got, reads } = await read(file, wanted, readBytes);

        expect(got).toEqual(
          wanted.map(
            ({ line, byteOffset, byteLength }) =>
              `${line}:${file.subarray(byteOffset, byteOffset + byteLength).toString()}`,
          ),
        );
        const longest = Math.max(readBytes, ...wanted.map(({ byteLength }) => byteLength));
        for (const { length } of reads) expect(length).toBeLessThanOrEqual(longest);
        expect(reads.length).toBeLessThanOrEqual(wanted.length);
      }),
    );
  });
});
