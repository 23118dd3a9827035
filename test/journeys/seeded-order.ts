/** A seed for one run; SWITCHYARD_TEST_SEED repeats that of another, which stands in its output. */
export function newSeed(): number {
  const given = Number(process.env['SWITCHYARD_TEST_SEED']);
  return Number.isSafeInteger(given) && given > 0 ? given : Math.floor(Math.random() * 2 ** 31) + 1;
}

/** The same things in an order that follows from the seed alone (Fisher and Yates, drawn by mulberry32). */
export function inSeededOrder<Thing>(things: readonly Thing[], seed: number): Thing[] {
  const ordered = [...things];
  let state = seed;
  for (let left = ordered.length - 1; left > 0; left--) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    const drawn = ((mixed ^ (mixed >>> 14)) >>> 0) % (left + 1);
    [ordered[left], ordered[drawn]] = [ordered[drawn] as Thing, ordered[left] as Thing];
  }
  return ordered;
}
