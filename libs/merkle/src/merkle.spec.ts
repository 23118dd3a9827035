import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { assert, integer, nat, property } from 'fast-check';
import { CompactRange } from './compact-range.js';
import { notesIn, openCheckpoint, signCheckpoint } from './checkpoint.js';
import { leafHash } from './hashes.js';
import { consistencyRanges, inclusionRanges, nodesOf, type Range } from './ranges.js';
import { auditPath, consistencyProof, treeHash } from './rfc6962.fixture.js';
import {
  decodeKeyLine,
  decodeVerifier,
  encodeKeyLine,
  encodeVerifier,
  openNote,
  rawPublicKey,
  signNote,
} from './signed-note.js';
import { TileTree } from './tile-tree.js';
import {
  hashOfNode,
  hashOfRange,
  LogEdge,
  spotOf,
  tilesFor,
  type FindHash,
  type FindTile,
  type Tile,
} from './tiles.js';
import { isConsistent, isIncluded } from './verify-proofs.js';

const entriesOf = (count: number) => Array.from({ length: count }, (_, index) => Buffer.from(`entry ${index} Zoë`));
const hexes = (hashes: readonly Uint8Array[]) => hashes.map((hash) => Buffer.from(hash).toString('hex'));

/** A log in tiles, filled in batches of one size, each with an edge read anew from what was stored. */
function storedLog(count: number, batch: number) {
  const tiles = new Map<string, Tile>();
  const place = ({ level, index }: { level: number; index: number }) => `${level}/${index}`;
  const entries = entriesOf(count);
  for (let start = 0; start < count; start += batch) {
    const edge = new LogEdge(start, [...tiles.values()]);
    for (const entry of entries.slice(start, start + batch)) edge.append(leafHash(entry));
    for (const tile of edge.takeChanges()) tiles.set(place(tile), tile);
  }
  const tileAt: FindTile = (wanted) => tiles.get(place(wanted))!.hashes;
  const hashOf: FindHash = (node) => hashOfNode(node, tileAt);
  const hashes = (ranges: Range[]) => {
    expect(tilesFor(ranges).filter((wanted) => !tiles.has(place(wanted)))).toEqual([]);
    return ranges.map((range) => hashOfRange(range, hashOf));
  };
  return { entries, tiles, tileAt, hashOf, hashes, root: () => new LogEdge(count, [...tiles.values()]).root() };
}

describe('a log in tiles', () => {
  it.each([0, 1, 2, 3, 7, 255, 256, 257, 300, 511, 512, 1_000])('has the root of RFC 6962 with %i entries', (count) => {
    const expected = treeHash(entriesOf(count)).toString('hex');
    for (const batch of [1, 37, 500]) expect(hexes([storedLog(count, batch).root()])).toEqual([expected]);
    const range = new CompactRange();
    for (const entry of entriesOf(count)) range.append(leafHash(entry));
    expect(hexes([range.root()])).toEqual([expected]);
  });

  it('has the root of RFC 6962 above the second level of tiles', () => {
    const { root, entries } = storedLog(66_000, 5_000);
    expect(hexes([root()])).toEqual(hexes([treeHash(entries)]));
  });

  it('refuses tiles that are not those of its size', () => {
    const { tiles } = storedLog(300, 50);
    expect(() => new LogEdge(301, [...tiles.values()])).toThrow('does not hold 45 hashes');
  });
});

describe('proofs', () => {
  const log = storedLog(700, 64);
  const { entries } = log;

  it('of inclusion are those of RFC 6962, in a log of any size', () => {
    assert(
      property(integer({ min: 1, max: 700 }), nat(699), (size, place) => {
        const index = place % size;
        const proof = log.hashes(inclusionRanges(index, size));
        const then = entries.slice(0, size);
        expect(hexes(proof)).toEqual(hexes(auditPath(index, then)));
        const claim = { index, size, leaf: leafHash(entries[index]!), root: treeHash(then), proof };
        expect(isIncluded(claim)).toBe(true);
        expect(isIncluded({ ...claim, leaf: leafHash('another') })).toBe(false);
        expect(isIncluded({ ...claim, index: (index + 1) % size })).toBe(size === 1);
        expect(isIncluded({ ...claim, proof: [...proof, claim.root] })).toBe(false);
        expect(isIncluded({ ...claim, proof: proof.slice(1) })).toBe(proof.length === 0);
      }),
      { numRuns: 60 },
    );
  });

  it('of inclusion hold for 10,000 entries at 100 sizes, by roots that were made without them (AU-04)', () => {
    const large = storedLog(3_000, 500);
    const known = new Map<string, Uint8Array>();
    const hashOf = (range: Range): Uint8Array => {
      const name = `${range.start}-${range.end}`;
      const hash = known.get(name) ?? hashOfRange(range, large.hashOf);
      known.set(name, hash);
      return hash;
    };
    for (let times = 0; times < 100; times += 1) {
      const size = 1 + Math.floor(Math.random() * 3_000);
      const root = treeHash(large.entries.slice(0, size));
      for (let each = 0; each < 100; each += 1) {
        const index = Math.floor(Math.random() * size);
        const claim = { index, size, leaf: leafHash(large.entries[index]!), root };
        const proof = inclusionRanges(index, size).map(hashOf);
        if (!isIncluded({ ...claim, proof })) throw new Error(`entry ${index} of ${size} is not proved`);
      }
    }
  });

  it('of consistency are those of RFC 6962, between any two sizes', () => {
    assert(
      property(integer({ min: 1, max: 700 }), nat(700), (size, place) => {
        const earlierSize = place % (size + 1);
        const proof = log.hashes(consistencyRanges(earlierSize, size));
        const root = treeHash(entries.slice(0, size));
        const earlierRoot = treeHash(entries.slice(0, earlierSize));
        if (earlierSize > 0) expect(hexes(proof)).toEqual(hexes(consistencyProof(earlierSize, entries.slice(0, size))));
        const claim = { earlierSize, earlierRoot, size, root, proof };
        expect(isConsistent(claim)).toBe(true);
        expect(isConsistent({ ...claim, root: leafHash('x') })).toBe(earlierSize === 0);
        if (earlierSize > 0) expect(isConsistent({ ...claim, earlierRoot: leafHash('x') })).toBe(false);
        expect(isConsistent({ ...claim, proof: [...proof, root] })).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it('come from a tile’s tree as from its hashes, also from one at the edge', () => {
    const treeAt = new Map([...log.tiles].map(([name, { hashes }]) => [name, new TileTree(hashes)]));
    for (const node of nodesOf({ start: 0, end: 700 }).concat(nodesOf({ start: 3, end: 699 }))) {
      const { place, first, count } = spotOf(node);
      const root = treeAt.get(`${place.level}/${place.index}`)!.rootOf(first, count);
      expect(hexes([root])).toEqual(hexes([log.hashOf(node)]));
    }
    const edge = treeAt.get('0/2')!;
    expect(edge.count).toBe(700 - 512);
    expect(() => edge.rootOf(187, 1)).not.toThrow();
    for (const [first, count] of [
      [188, 1],
      [184, 8],
      [0, 256],
    ] as const)
      expect(() => edge.rootOf(first, count)).toThrow(RangeError);
  });

  it('of a part: what is left and right of it make the root with the entries between', () => {
    for (const [start, end] of [
      [0, 700],
      [1, 699],
      [255, 513],
      [600, 601],
    ] as const) {
      const range = new CompactRange();
      const add = (part: Range) => {
        for (const node of nodesOf(part)) range.append(hashOfNode(node, log.tileAt), node.level);
      };
      add({ start: 0, end: start });
      for (const entry of entries.slice(start, end)) range.append(leafHash(entry));
      add({ start: end, end: 700 });
      expect(hexes([range.root()])).toEqual(hexes([treeHash(entries)]));
    }
  });
});

describe('a signed note', () => {
  it('opens where another implementation signed it', () => {
    // From the documentation of golang.org/x/mod/sumdb/note.
    const verifier = decodeVerifier('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
    const text =
      "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    const signature = 'x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=';
    expect(openNote(`${text}\n— PeterNeumann ${signature}\n`, [verifier!]).text).toBe(text);
  });
});

describe('a checkpoint', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const origin = 'example.org/audit/demo';
  const verifier = { name: origin, publicKey: rawPublicKey(publicKey) };
  const checkpoint = { origin, size: 12, root: leafHash('x'), time: 1_700_000_000_123 };
  const note = signCheckpoint(checkpoint, privateKey);

  it('opens with the key that signed it, and with no other', () => {
    const other = generateKeyPairSync('ed25519');
    expect(openCheckpoint(note, [verifier])).toEqual({ ...checkpoint, root: Buffer.from(checkpoint.root) });
    expect(openCheckpoint(note, [{ ...verifier, validUntil: checkpoint.time }])).toMatchObject({
      size: checkpoint.size,
    });
    expect(() => openCheckpoint(note, [{ ...verifier, validUntil: checkpoint.time - 1 }])).toThrow('has an old key');
    expect(() => openCheckpoint(note, [{ ...verifier, publicKey: rawPublicKey(other.publicKey) }])).toThrow(
      'No signature',
    );
  });

  it.each([
    ['size', note.replace('\n12\n', '\n13\n')],
    ['time', note.replace('time 2023', 'time 2024')],
    ['signature', note.replace(/.{8}=?=?\n$/, 'AAAAAAA=\n')],
  ])('does not open with another %s', (_, changed) => {
    expect(changed).not.toBe(note);
    expect(() => openCheckpoint(changed, [verifier])).toThrow();
  });

  it('must be one, by the key of its own log', () => {
    expect(() => openCheckpoint(signNote('hello\n', origin, privateKey), [verifier])).toThrow('no checkpoint');
    const foreign = signNote(note.slice(0, note.indexOf('\n\n') + 1), 'other', privateKey);
    expect(() => openCheckpoint(foreign, [{ ...verifier, name: 'other' }])).toThrow('was signed by the key of other');
  });

  it('is found among others in a text', () => {
    const second = signCheckpoint({ ...checkpoint, size: 13 }, privateKey);
    expect(notesIn(`${note}\n${second}${note}`)).toEqual([note, second, note]);
  });

  it('has a key in the form of signed notes, whose id must be right', () => {
    const text = encodeVerifier(verifier);
    expect(decodeVerifier(text)).toEqual(verifier);
    expect(decodeKeyLine(encodeKeyLine(text, null))).toEqual(verifier);
    const until = '2026-11-30T12:00:00.000Z';
    expect(decodeKeyLine(`${encodeKeyLine(text, until)}\r`)).toEqual({ ...verifier, validUntil: Date.parse(until) });
    expect(decodeKeyLine(`${text} until soon`)).toBeUndefined();
    expect(decodeKeyLine(`${text} from 2026`)).toBeUndefined();
    expect(decodeVerifier(text.replace(/\+[0-9a-f]{8}\+/, '+00000000+'))).toBeUndefined();
    expect(decodeVerifier('nothing')).toBeUndefined();
  });
});
