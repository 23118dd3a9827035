import { createHash } from 'node:crypto';

/** The hash tree of RFC 6962, written down from section 2.1 as it stands there, slow and plain: the judge of everything here. */

const sha256 = (...parts: Uint8Array[]): Buffer => {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return digest.digest();
};

/** k: the largest power of two smaller than n. */
const split = (n: number): number => {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
};

/** MTH(D[n]) */
export function treeHash(entries: readonly Uint8Array[]): Buffer {
  const n = entries.length;
  if (n === 0) return sha256();
  if (n === 1) return sha256(Buffer.of(0), entries[0]!);
  const k = split(n);
  return sha256(Buffer.of(1), treeHash(entries.slice(0, k)), treeHash(entries.slice(k)));
}

/** PATH(m, D[n]) */
export function auditPath(m: number, entries: readonly Uint8Array[]): Buffer[] {
  const n = entries.length;
  if (n === 1) return [];
  const k = split(n);
  return m < k
    ? [...auditPath(m, entries.slice(0, k)), treeHash(entries.slice(k))]
    : [...auditPath(m - k, entries.slice(k)), treeHash(entries.slice(0, k))];
}

/** PROOF(m, D[n]) */
export function consistencyProof(m: number, entries: readonly Uint8Array[]): Buffer[] {
  const subproof = (m1: number, d: readonly Uint8Array[], isComplete: boolean): Buffer[] => {
    const n = d.length;
    if (m1 === n) return isComplete ? [] : [treeHash(d)];
    const k = split(n);
    return m1 <= k
      ? [...subproof(m1, d.slice(0, k), isComplete), treeHash(d.slice(k))]
      : [...subproof(m1 - k, d.slice(k), false), treeHash(d.slice(0, k))];
  };
  return subproof(m, entries, true);
}
