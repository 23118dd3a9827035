import { Injectable } from '@nestjs/common';
import {
  HASH_BYTES,
  hashOfRange,
  nodesOf,
  spotOf,
  TileTree,
  type NodePlace,
  type Range,
  type TilePlace,
} from '#libs/merkle';
import { TilesRepository } from '../read-log/tiles.repository.js';

/** Tiles that are held in memory, those asked for last: 16 KB each, so 8 MB. Above its entries a log of 10,000,000 has 154. */
const MOST_TILES = 512;

/** Hashes of the trees of logs. What stands in a tile never changes, so that tiles that were read are held for the next proof. */
@Injectable()
export class LogHashes {
  private readonly held = new Map<string, TileTree>();

  constructor(private readonly tiles: TilesRepository) {}

  /** Holds a tile that was read in another way. */
  learn(organization: string, place: TilePlace, hashes: Uint8Array): void {
    const name = nameOf(organization, place);
    const known = this.held.get(name);
    if (!known || known.count * HASH_BYTES < hashes.length) this.hold(name, new TileTree(hashes));
  }

  /** Forgets what it holds of a log: for whoever sees that it is not true any more, since the database is another. */
  forget(organization: string): void {
    for (const name of this.held.keys()) {
      if ((JSON.parse(name) as unknown[])[0] === organization) this.held.delete(name);
    }
  }

  /** Roots of the subtrees over some ranges of a log. @throws Error where a tile is not there */
  async of(organization: string, ranges: readonly Range[]): Promise<Uint8Array[]> {
    const trees = await this.treesOf(organization, ranges.flatMap(nodesOf));
    const hashOf = (node: NodePlace): Uint8Array => {
      const { place, first, count } = spotOf(node);
      return (trees.get(nameOf(organization, place)) as TileTree).rootOf(first, count);
    };
    return ranges.map((range) => hashOfRange(range, hashOf));
  }

  private async treesOf(organization: string, nodes: readonly NodePlace[]): Promise<Map<string, TileTree>> {
    const trees = new Map<string, TileTree>();
    const missing = new Map<string, TilePlace>();
    for (const { place, first, count } of nodes.map(spotOf)) {
      const name = nameOf(organization, place);
      const tree = this.held.get(name);
      // One that was read while it was at the edge may lack what came since.
      if (tree && tree.count >= first + count) trees.set(name, tree);
      else missing.set(name, place);
    }
    const tileAt = missing.size === 0 ? undefined : await this.tiles.tilesAt(organization, [...missing.values()]);
    for (const [name, place] of missing) if (tileAt) trees.set(name, new TileTree(tileAt(place)));
    for (const [name, tree] of trees) this.hold(name, tree);
    return trees;
  }

  /** As the one asked for last; the one that nobody asked for the longest time goes. */
  private hold(name: string, tree: TileTree): void {
    this.held.delete(name);
    this.held.set(name, tree);
    if (this.held.size <= MOST_TILES) return;
    const [oldest] = this.held.keys();
    if (oldest !== undefined) this.held.delete(oldest);
  }
}

function nameOf(organization: string, { level, index }: TilePlace): string {
  return JSON.stringify([organization, level, index]);
}
