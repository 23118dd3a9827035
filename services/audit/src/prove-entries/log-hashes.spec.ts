import { describe, expect, it } from '@jest/globals';
import { leafHash, LogEdge, type Range, type TilePlace } from '#libs/merkle';
import type { TilesRepository } from '../read-log/tiles.repository.js';
import { LogHashes } from './log-hashes.js';

const TILES = 600;
const ENTRIES = TILES * 256;
const whole = (tile: number): Range => ({ start: tile * 256, end: tile * 256 + 128 });

/** Hashes over a repository of tiles that says what it is asked for. */
function hashesOver(): { hashes: LogHashes; asked: string[] } {
  const edge = new LogEdge(0, []);
  for (let entry = 0; entry < ENTRIES; entry += 1) edge.append(leafHash(String(entry % 7)));
  const tiles = new Map(edge.takeChanges().map((tile) => [`${tile.level}/${tile.index}`, tile.hashes]));
  const asked: string[] = [];
  const repository = {
    tilesAt: async (_organization: string, places: readonly TilePlace[]) => {
      asked.push(...places.map(({ level, index }) => `${level}/${index}`));
      return ({ level, index }: TilePlace) => tiles.get(`${level}/${index}`)!;
    },
  };
  return { hashes: new LogHashes(repository as unknown as TilesRepository), asked };
}

describe('LogHashes', () => {
  it('holds the tiles that were asked for last, and no more than 512', async () => {
    const { hashes, asked } = hashesOver();
    for (let tile = 0; tile < 512; tile += 1) await hashes.of('acme', [whole(tile)]);
    await hashes.of('acme', [whole(0)]);
    expect(asked).toHaveLength(512);
    await hashes.of('acme', [whole(512)]);
    await hashes.of('acme', [whole(0), whole(511)]);
    expect(asked.slice(512)).toEqual(['0/512']);
    await hashes.of('acme', [whole(1)]);
    expect(asked.slice(513)).toEqual(['0/1']);
  });

  it('keeps logs apart, and forgets one alone', async () => {
    const { hashes, asked } = hashesOver();
    await hashes.of('acme', [whole(0)]);
    await hashes.of('globex', [whole(0)]);
    hashes.forget('acme');
    await hashes.of('globex', [whole(0)]);
    await hashes.of('acme', [whole(0)]);
    expect(asked).toEqual(['0/0', '0/0', '0/0']);
  });
});
