/** Draws that follow from a seed alone (mulberry32), so that a run can be had again. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0 up to, but not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    const first = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    const mixed = (first + Math.imul(first ^ (first >>> 7), 61 | first)) ^ first;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }

  /** The same things in another order (Fisher and Yates). */
  shuffled<Thing>(things: readonly Thing[]): Thing[] {
    const ordered = [...things];
    for (let left = ordered.length - 1; left > 0; left--) {
      const drawn = Math.floor(this.next() * (left + 1));
      [ordered[left], ordered[drawn]] = [ordered[drawn] as Thing, ordered[left] as Thing];
    }
    return ordered;
  }
}

/** A seed for a run of which none was given; SWITCHYARD_TEST_SEED repeats that of another, which stands in its output. */
export function newSeed(): number {
  const given = Number(process.env['SWITCHYARD_TEST_SEED']);
  return Number.isSafeInteger(given) && given > 0 ? given : Math.floor(Math.random() * 2 ** 31) + 1;
}
