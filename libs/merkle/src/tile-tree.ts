import { HASH_BYTES, nodeHash } from './hashes.js';

/**
 * The hashes of one tile and the roots of every whole subtree over them, each computed once. What it holds stays true for ever,
 * also while the tile is at the edge of its log: hashes are only added behind it, never changed.
 */
export class TileTree {
  /** At place n the roots of subtrees of 2 ** n neighbours. */
  private readonly rows: Uint8Array[];

  /** The hashes of a tile, one after another; they are not copied, and must not change. */
  constructor(hashes: Uint8Array) {
    this.rows = [hashes];
    for (let row = hashes; row.length >= 2 * HASH_BYTES;) {
      row = rowAbove(row);
      this.rows.push(row);
    }
  }

  /** How many hashes the tile has. */
  get count(): number {
    return (this.rows[0] as Uint8Array).length / HASH_BYTES;
  }

  /** Root over `count` neighbours, a power of two, from `first`, a multiple of it. @throws RangeError where the tile does not hold them all */
  rootOf(first: number, count: number): Uint8Array {
    const row = this.rows[Math.log2(count)];
    const start = (first / count) * HASH_BYTES;
    if (!row || start + HASH_BYTES > row.length)
      throw new RangeError(`a tile of ${this.count} has no hashes ${first} to ${first + count - 1}`);
    return row.subarray(start, start + HASH_BYTES);
  }
}

/** Roots of pairs; one without a neighbour has none. */
function rowAbove(row: Uint8Array): Uint8Array {
  const pairs = Math.floor(row.length / (2 * HASH_BYTES));
  const above = new Uint8Array(pairs * HASH_BYTES);
  for (let pair = 0; pair < pairs; pair += 1) {
    const left = pair * 2 * HASH_BYTES;
    const hash = nodeHash(
      row.subarray(left, left + HASH_BYTES),
      row.subarray(left + HASH_BYTES, left + 2 * HASH_BYTES),
    );
    above.set(hash, pair * HASH_BYTES);
  }
  return above;
}
