import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { assert, property, string } from 'fast-check';
import { leafHash, nodeHash } from './hashes.js';

const sha256 = (...parts: Uint8Array[]): string =>
  parts.reduce((made, part) => made.update(part), createHash('sha256')).digest('hex');
const hex = (hash: Uint8Array): string => Buffer.from(hash).toString('hex');

describe('hashes of a log', () => {
  it('take text as UTF-8, whatever is in it', () => {
    assert(
      property(string({ unit: 'binary' }), (text) => {
        // As the encoder does, halves of surrogate pairs count as U+FFFD.
        const bytes = new TextEncoder().encode(text);
        expect(hex(leafHash(text))).toBe(sha256(Uint8Array.of(0), bytes));
        expect(hex(leafHash(bytes))).toBe(sha256(Uint8Array.of(0), bytes));
      }),
    );
    expect(hex(leafHash('\uD83D and \uDE00'))).toBe(hex(leafHash('\uFFFD and \uFFFD')));
  });

  it('of nodes are made of both below them', () => {
    const [left, right] = [leafHash('left'), leafHash('right')];
    expect(hex(nodeHash(left, right))).toBe(sha256(Uint8Array.of(1), left, right));
  });
});
