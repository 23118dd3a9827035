const START = 0x811c9dc5;

/** FNV-1a over the characters of a text, as an integer of 32 bits; `start` is the hash of what stands before the text. */
export function hashText(text: string, start: number = START): number {
  let hash = start;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash;
}

/** Spreads two hashes to one number in (0, 1) in which neither shows (the finalizer of MurmurHash3). */
export function mixedShare(one: number, other: number): number {
  let mixed = one ^ Math.imul(other, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (((mixed ^ (mixed >>> 16)) >>> 0) + 0.5) / 2 ** 32;
}
