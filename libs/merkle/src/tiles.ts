import { CompactRange } from './compact-range.js';
import { HASH_BYTES, nodeHash } from './hashes.js';
import { nodesOf, type NodePlace, type Range } from './ranges.js';

/** Hashes of a full tile. */
export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;

/** Where a tile stands: `level` counts in steps of eight levels of the tree, `index` from the left. */
export interface TilePlace {
  readonly level: number;
  readonly index: number;
}

/** Up to 256 neighbouring hashes of one level of the tree, one after another, as in C2SP tlog-tiles. */
export interface Tile extends TilePlace {
  readonly hashes: Uint8Array;
}

/** What stands in a tile: its hashes one after another. */
export type FindTile = (place: TilePlace) => Uint8Array;

/** Hash of a node of the log's tree. */
export type FindHash = (node: NodePlace) => Uint8Array;

/** Where in which tile the hashes stand whose root is a node of the tree: `count` of them, from `first`. */
export interface TileSpot {
  readonly place: TilePlace;
  readonly first: number;
  readonly count: number;
}

/**
 * The right edge of a log that is stored in tiles: adds entries and tells which tiles changed. At level 0 stand the hashes of
 * entries, at each level above the roots of full tiles, so that a log of n entries has log n / 8 tiles at its edge, whatever n is.
 */
export class LogEdge {
  private readonly levels: Uint8Array[][] = [];
  private readonly finished: Tile[] = [];
  private touched = new Set<number>();

  /** @throws RangeError where the tiles are not those at the edge of a log of this size */
  constructor(
    private count: number,
    tiles: readonly Tile[],
  ) {
    for (const { level, index } of edgeTiles(count)) {
      const tile = tiles.find((one) => one.level === level && one.index === index);
      const expected = hashesAt(count, level);
      if (tile?.hashes.length !== expected * HASH_BYTES)
        throw new RangeError(`tile ${level}/${index} of a log of ${count} entries does not hold ${expected} hashes`);
      this.levels[level] = hashesIn(tile.hashes);
    }
  }

  get size(): number {
    return this.count;
  }

  append(leaf: Uint8Array): void {
    this.push(0, leaf);
    this.count += 1;
  }

  /** Root of the log as it is now. */
  root(): Uint8Array {
    const range = new CompactRange();
    for (let level = this.levels.length - 1; level >= 0; level -= 1) {
      for (const hash of this.levels[level] ?? []) range.append(hash, level * TILE_HEIGHT);
    }
    return range.root();
  }

  /** The tiles that changed since the last time, full ones and those at the edge. */
  takeChanges(): Tile[] {
    const edge = [...this.touched].flatMap((level) => {
      const hashes = this.levels[level] ?? [];
      return hashes.length === 0 ? [] : [{ level, index: tileIndex(this.count, level), hashes: joined(hashes) }];
    });
    this.touched = new Set();
    return [...this.finished.splice(0), ...edge];
  }

  private push(level: number, hash: Uint8Array): void {
    const hashes = (this.levels[level] ??= []);
    hashes.push(hash);
    this.touched.add(level);
    if (hashes.length < TILE_WIDTH) return;
    this.finished.push({ level, index: tileIndex(this.count, level), hashes: joined(hashes) });
    this.levels[level] = [];
    this.push(level + 1, rootOf(hashes));
  }
}

/** The tiles at the right edge of a log, those that are not full; empty ones are left out. */
function edgeTiles(size: number): TilePlace[] {
  const places: TilePlace[] = [];
  for (let level = 0; TILE_WIDTH ** level <= size; level += 1) {
    if (hashesAt(size, level) > 0) places.push({ level, index: tileIndex(size, level) });
  }
  return places;
}

/** The tiles that the hashes of these ranges are computed from. */
export function tilesFor(ranges: readonly Range[]): TilePlace[] {
  const places = ranges.flatMap(nodesOf).map((node) => spotOf(node).place);
  return [...new Map(places.map((place) => [`${place.level}/${place.index}`, place])).values()];
}

/** Hash of a node of the tree, from the tile that `tilesFor` names. */
export function hashOfNode(node: NodePlace, tileAt: FindTile): Uint8Array {
  const { place, first, count } = spotOf(node);
  const hashes = tileAt(place).subarray(first * HASH_BYTES, (first + count) * HASH_BYTES);
  if (hashes.length !== count * HASH_BYTES)
    throw new RangeError(`tile ${place.level}/${place.index} has no hashes ${first} to ${first + count - 1}`);
  return rootOf(hashesIn(hashes));
}

/** Root of the subtree over a range, as `inclusionRanges` and `consistencyRanges` name them. */
export function hashOfRange(range: Range, hashOf: FindHash): Uint8Array {
  const hashes = nodesOf(range).map(hashOf);
  const last = hashes.at(-1);
  if (!last) throw new RangeError(`no entries from ${range.start} to ${range.end}`);
  return hashes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
}

/** Where the hashes stand that make up a node. */
export function spotOf({ level, index }: NodePlace): TileSpot {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  const count = 2 ** (level % TILE_HEIGHT);
  const first = index * count;
  return {
    place: { level: tileLevel, index: Math.floor(first / TILE_WIDTH) },
    first: first % TILE_WIDTH,
    count,
  };
}

function tileIndex(size: number, level: number): number {
  return Math.floor(size / TILE_WIDTH ** (level + 1));
}

function hashesAt(size: number, level: number): number {
  return Math.floor(size / TILE_WIDTH ** level) % TILE_WIDTH;
}

/** Root over a power of two of hashes. */
function rootOf(hashes: readonly Uint8Array[]): Uint8Array {
  let row = hashes;
  while (row.length > 1) {
    const above: Uint8Array[] = [];
    for (let place = 0; place + 1 < row.length; place += 2) {
      above.push(nodeHash(row[place] as Uint8Array, row[place + 1] as Uint8Array));
    }
    row = above;
  }
  return row[0] as Uint8Array;
}

function hashesIn(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, place) =>
    bytes.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES),
  );
}

function joined(hashes: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(hashes.length * HASH_BYTES);
  for (const [place, hash] of hashes.entries()) bytes.set(hash, place * HASH_BYTES);
  return bytes;
}
