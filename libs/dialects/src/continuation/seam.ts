import type { ContinuationStyle } from './stream-continuation.js';

/** How far back the repeated end of a text may begin, besides its very beginning. */
const MOST_REPEATED_CHARACTERS = 4_000;
/** Shorter overlaps are words of a language meeting by chance ("bal", "loon"), ... */
const LEAST_REPEATED_CHARACTERS = 8;
/** ... unless they are whole words, or the whole text. */
const LEAST_REPEATED_WORD = 3;
const LEAST_REPEATED_TEXT = 2;
const LETTER = /[\p{L}\p{N}]/u;

/**
 * What of a text a model is asked to go on with: not half a character and, at the end of an assistant's message, no blanks, which
 * some models refuse there.
 */
export function askedText(text: string, style: ContinuationStyle): string {
  const whole = withoutHalfCharacter(text);
  return style === 'prefill' ? whole.trimEnd() : whole;
}

/**
 * Where two texts meet of which the second may begin by repeating the end of the first, or all of it: takes the second in pieces
 * and gives out what is new in it. It holds pieces back only while they may still turn out to be a repetition.
 */
export class Seam {
  /** The text before, without what ends it blank. */
  private readonly core: string;
  private readonly blank: string;
  private readonly untold: string;
  private lead = '';
  private held = '';
  private compared = 0;
  /** Places in `core` from which on it equals what is held. */
  private open: number[] | undefined;
  private overlap = 0;
  private isDecided = false;
  /** What the caller has already of that which comes next. */
  private expected = '';

  constructor(before: string, style: ContinuationStyle) {
    this.core = withoutHalfCharacter(before).trimEnd();
    this.blank = before.slice(this.core.length);
    this.untold = before.slice(askedText(before, style).length);
    if (before === '') this.isDecided = true;
  }

  push(text: string): string {
    if (this.isDecided) return this.withoutExpected(text);
    const fresh = this.held === '' ? text.trimStart() : text;
    this.lead += text.slice(0, text.length - fresh.length);
    if (fresh === '') return '';
    this.compare(fresh);
    this.held += fresh;
    return this.open?.length === 0 ? this.flush() : '';
  }

  /** What is held, where no more comes to decide on it. */
  flush(): string {
    if (this.isDecided) return '';
    this.isDecided = true;
    this.expected = this.overlap > 0 ? this.blank : this.untold;
    return this.withoutExpected(this.overlap > 0 ? this.held.slice(this.overlap) : this.lead + this.held);
  }

  private withoutExpected(text: string): string {
    let common = 0;
    while (common < this.expected.length && text[common] === this.expected[common]) common++;
    this.expected = common === text.length ? this.expected.slice(common) : '';
    return text.slice(common);
  }

  private compare(fresh: string): void {
    this.open = (this.open ?? this.placesOf(fresh[0] ?? '')).filter((place) => {
      const rest = this.core.length - place - this.compared;
      if (fresh.length < rest) return this.core.startsWith(fresh, place + this.compared);
      if (this.core.endsWith(fresh.slice(0, rest)) && this.counts(place)) {
        this.overlap = Math.max(this.overlap, this.core.length - place);
      }
      return false;
    });
    this.compared += fresh.length;
  }

  private placesOf(first: string): number[] {
    const { core } = this;
    const places: number[] = core[0] === first ? [0] : [];
    const from = Math.max(1, core.length - MOST_REPEATED_CHARACTERS);
    for (let place = core.indexOf(first, from); place >= 0; place = core.indexOf(first, place + 1)) places.push(place);
    return places;
  }

  private counts(place: number): boolean {
    const length = this.core.length - place;
    if (place === 0) return length >= LEAST_REPEATED_TEXT;
    if (length >= LEAST_REPEATED_CHARACTERS) return true;
    const isWordStart = LETTER.test(this.core[place] ?? '') && !LETTER.test(this.core[place - 1] ?? '');
    return isWordStart && length >= LEAST_REPEATED_WORD;
  }
}

/** A character beyond the first plane may have come by half. */
function withoutHalfCharacter(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd8_00 && last <= 0xdb_ff ? text.slice(0, -1) : text;
}
