import type { BlobStore } from '#libs/blobs';
import type { JobLimits } from '../job-limits.js';
import type { LinePlace } from '../validate-batch/batch-line.repository.js';

/** A line of an input file, and its bytes. */
export type PlacedLine = LinePlace & { readonly bytes: Uint8Array };

/**
 * The bytes of lines that stand here and there in an input file, in the order of the file, which is that of `places`. Neighbours
 * are read together, since each read of a bucket takes its time: not much more than `readBytes` at once, and no more than the
 * longest line is held. What stands between them is read and dropped. Throws `BlobMissing`.
 */
export async function* readPlaces(
  blobs: Pick<BlobStore, 'readRange'>,
  key: string,
  places: readonly LinePlace[],
  { readBytes }: Pick<JobLimits, 'readBytes'>,
): AsyncGenerator<PlacedLine> {
  for (const neighbours of neighboursOf(places, readBytes)) {
    const [{ byteOffset: start }] = neighbours;
    const bytes = await blobs.readRange(key, start, endOf(neighbours.at(-1) ?? neighbours[0]) - start);
    for (const place of neighbours) {
      yield { ...place, bytes: bytes.subarray(place.byteOffset - start, endOf(place) - start) };
    }
  }
}

/** The first of the places, and as many of the next as may be held at once: lines can be long. */
export function placesHeldAtOnce<Place extends LinePlace>(
  places: readonly Place[],
  { publishInFlightBytes }: Pick<JobLimits, 'publishInFlightBytes'>,
): readonly Place[] {
  let bytes = 0;
  const beyond = places.findIndex(({ byteLength }, index) => {
    bytes += byteLength;
    return index > 0 && bytes > publishInFlightBytes;
  });
  return beyond === -1 ? places : places.slice(0, beyond);
}

type Neighbours = [LinePlace, ...LinePlace[]];

function neighboursOf(places: readonly LinePlace[], readBytes: number): Neighbours[] {
  const all: Neighbours[] = [];
  for (const place of places) {
    const last = all.at(-1);
    if (last && endOf(place) - last[0].byteOffset <= readBytes) last.push(place);
    else all.push([place]);
  }
  return all;
}

function endOf({ byteOffset, byteLength }: LinePlace): number {
  return byteOffset + byteLength;
}
