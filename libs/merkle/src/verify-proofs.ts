import { isSameHash, nodeHash } from './hashes.js';

/** That an entry, by its leaf hash, stands at `index` of the log of `size` entries with this root. */
export interface InclusionClaim {
  readonly index: number;
  readonly size: number;
  readonly leaf: Uint8Array;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** That the log of `size` entries with `root` begins with all that it held when it had `earlierSize` and `earlierRoot`. */
export interface ConsistencyClaim {
  readonly earlierSize: number;
  readonly earlierRoot: Uint8Array;
  readonly size: number;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** Whether the proof holds; the algorithm of RFC 9162, 2.1.3.2. */
export function isIncluded({ index, size, leaf, root, proof }: InclusionClaim): boolean {
  if (!isPlace(index) || !isPlace(size) || index >= size) return false;
  let [place, last, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      hash = nodeHash(sibling, hash);
      while (place % 2 === 0 && place !== 0) [place, last] = [place / 2, Math.floor(last / 2)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 && isSameHash(hash, root);
}

/** Whether the proof holds; the algorithm of RFC 9162, 2.1.4.2. */
export function isConsistent({ earlierSize, earlierRoot, size, root, proof }: ConsistencyClaim): boolean {
  if (!isPlace(earlierSize) || !isPlace(size) || earlierSize > size) return false;
  if (earlierSize === size) return proof.length === 0 && isSameHash(earlierRoot, root);
  if (earlierSize === 0) return proof.length === 0;
  const path = Number.isInteger(Math.log2(earlierSize)) ? [earlierRoot, ...proof] : [...proof];
  const first = path.shift();
  if (!first) return false;
  let [place, last] = [earlierSize - 1, size - 1];
  while (place % 2 === 1) [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  let [earlier, later] = [first, first];
  for (const sibling of path) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      earlier = nodeHash(sibling, earlier);
      later = nodeHash(sibling, later);
      while (place % 2 === 0 && place !== 0) [place, last] = [place / 2, Math.floor(last / 2)];
    } else {
      later = nodeHash(later, sibling);
    }
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 && isSameHash(earlier, earlierRoot) && isSameHash(later, root);
}

function isPlace(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
