import { EMPTY_ROOT, nodeHash } from './hashes.js';

interface Peak {
  readonly level: number;
  readonly hash: Uint8Array;
}

/**
 * A log from its first entry on, as the few hashes that its root needs: one for each bit of its size. Entries, or the roots of
 * whole subtrees, are added at its end in constant space.
 */
export class CompactRange {
  private readonly peaks: Peak[] = [];
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** Adds the root of a subtree of `2 ** level` entries; `level` 0 is one entry. Throws where such a subtree cannot begin here. */
  append(hash: Uint8Array, level = 0): void {
    const width = 2 ** level;
    if (this.count % width !== 0) throw new RangeError(`no subtree of ${width} entries begins at ${this.count}`);
    this.count += width;
    let node: Peak = { level, hash };
    for (let left = this.peaks.at(-1); left?.level === node.level; left = this.peaks.at(-1)) {
      this.peaks.pop();
      node = { level: node.level + 1, hash: nodeHash(left.hash, node.hash) };
    }
    this.peaks.push(node);
  }

  /** Root of the log as it is now. */
  root(): Uint8Array {
    const smallest = this.peaks.at(-1);
    if (!smallest) return EMPTY_ROOT;
    return this.peaks.slice(0, -1).reduceRight((right, { hash }) => nodeHash(hash, right), smallest.hash);
  }
}
