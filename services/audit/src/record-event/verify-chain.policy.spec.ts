import { hash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { RequestEnded } from '#libs/contracts';
import { buildRequestEnded } from '#libs/testing';
import { EMPTY_CHAIN, linkAfter, type ChainEnd } from './chain.policy.js';
import { typeOfEvent } from './entry-type.policy.js';
import { verifyChain, type StoredEntry } from './verify-chain.policy.js';

const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');

function entryAfter(end: ChainEnd, event: RequestEnded): StoredEntry {
  const body = JSON.stringify(event);
  const { organization, requestId } = event;
  return { organization, requestId, type: typeOfEvent(event), body, ...linkAfter(end, body, sha256) };
}

function chainOf(length: number): StoredEntry[] {
  const chain: StoredEntry[] = [];
  for (let count = 0; count < length; count += 1) {
    chain.push(entryAfter(chain.at(-1) ?? EMPTY_CHAIN, buildRequestEnded({ endUser: 'Zoë' })));
  }
  return chain;
}

describe('the chain of a trail', () => {
  const chain = chainOf(5);
  const head = chain[4]!;
  const verify = (entries: readonly StoredEntry[]) => verifyChain(entries, { sha256, head });
  const changed = (position: number, changes: Partial<StoredEntry>) =>
    chain.with(position, { ...chain[position]!, ...changes });

  it('is whole as recorded, in all or from a verified entry on', () => {
    expect(verify(chain)).toBeUndefined();
    expect(verifyChain([], { sha256 })).toBeUndefined();
    expect(verifyChain(chain.slice(2), { sha256, head, after: chain[1]! })).toBeUndefined();
  });

  it('hashes as documented: SHA-256 over the previous hash and the body', () => {
    const expected = hash('sha256', Buffer.concat([Buffer.alloc(32), Buffer.from(chain[0]!.body)]), 'hex');
    expect(Buffer.from(chain[0]!.hash).toString('hex')).toBe(expected);
  });

  it('shows a changed byte', () => {
    const body = chain[2]!.body.replace('"completed"', '"completee"');
    expect(verify(changed(2, { body }))).toEqual({ sequence: 2, reason: 'its hash is not that of its body' });
  });

  it('shows an entry changed together with its own hash', () => {
    const forged = entryAfter(chain[1]!, buildRequestEnded());
    expect(verify(chain.with(2, forged))).toMatchObject({ sequence: 3 });
  });

  it('shows a searchable column that was changed', () => {
    const reason = 'its columns contradict its body';
    expect(verify(changed(1, { requestId: 'req_somebodyelse' }))).toEqual({ sequence: 1, reason });
    expect(verify(changed(1, { type: 'request.failed' }))).toEqual({ sequence: 1, reason });
    expect(verify(changed(1, { organization: 'acme' }))).toEqual({ sequence: 1, reason });
  });

  it.each([0, 2])('shows that entry %i is missing', (position) => {
    expect(verify(chain.toSpliced(position, 1))).toMatchObject({ sequence: position + 1 });
  });

  it('shows that the newest entry is missing', () => {
    expect(verify(chain.slice(0, -1))).toMatchObject({ sequence: 3 });
  });

  it('shows entries that changed places, renumbered or not', () => {
    const swapped = chain.with(1, chain[2]!).with(2, chain[1]!);
    expect(verify(swapped)).toMatchObject({ sequence: 2 });
    expect(verify(swapped.map((entry, sequence) => ({ ...entry, sequence })))).toMatchObject({ sequence: 1 });
  });

  it('shows an entry that was added, within or at the end', () => {
    expect(verify(chain.toSpliced(3, 0, entryAfter(chain[2]!, buildRequestEnded())))).toMatchObject({ sequence: 3 });
    expect(verify([...chain, entryAfter(head, buildRequestEnded())])).toMatchObject({ sequence: 5 });
  });
});
