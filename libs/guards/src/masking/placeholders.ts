import type { DataClass } from '#libs/contracts';

/** Anything that looks like a placeholder; also one that was not made here. */
const PLACEHOLDER = /\[([A-Z][A-Z_]{1,20})_(\d{1,6})\]/g;
/** The end of a text that may be the beginning of a placeholder. */
const BEGUN = /\[(?:[A-Z][A-Z_]{0,20}(?:\d{1,6})?)?$/;

/** As the text of a JSON string within a JSON string, without the quotes. */
function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/**
 * What stands for what in one request: `[EMAIL_1]` for the first address, and again for the same address. Numbers go by the order
 * of the text, so that equal requests are masked equally, and begin after those that the text has already. It lives as long as the
 * request, in memory, and is never written or sent.
 */
export class Placeholders {
  private readonly byValue = new Map<string, string>();
  private readonly byPlaceholder = new Map<string, string>();
  private readonly marks = new Map<string, string>();
  private readonly counts = new Map<string, number>();

  /** `text`: all that will be masked, whose own placeholders must not be taken for ours. */
  constructor(text = '') {
    for (const [, name = '', number = '0'] of text.matchAll(PLACEHOLDER)) {
      this.counts.set(name, Math.max(this.counts.get(name) ?? 0, Number(number)));
    }
  }

  get isEmpty(): boolean {
    return this.byPlaceholder.size === 0;
  }

  /** The placeholder of a value. */
  for(value: string, dataClass: DataClass): string {
    const key = `${dataClass} ${value}`;
    const known = this.byValue.get(key);
    if (known !== undefined) return known;
    const name = dataClass.toUpperCase();
    const number = (this.counts.get(name) ?? 0) + 1;
    this.counts.set(name, number);
    const placeholder = `[${name}_${number}]`;
    this.byValue.set(key, placeholder);
    this.byPlaceholder.set(placeholder, value);
    return placeholder;
  }

  /** The mark that stands for a value for good. */
  forGood(value: string, dataClass: DataClass): string {
    const mark = `[${dataClass.toUpperCase()}]`;
    this.marks.set(value, mark);
    return mark;
  }

  /** A text with everything that was masked in the request masked alike, for what is kept of it beside the request itself. */
  hide(text: string): string {
    let hidden = text;
    for (const [placeholder, value] of this.byPlaceholder) hidden = hidden.replaceAll(value, placeholder);
    for (const [value, mark] of this.marks) hidden = hidden.replaceAll(value, mark);
    return hidden;
  }

  /** A text with the values in place of their placeholders; `isJson` for a text that is JSON itself, such as a tool's arguments. */
  restore(text: string, isJson = false): string {
    if (this.isEmpty || !text.includes('[')) return text;
    return text.replace(PLACEHOLDER, (placeholder) => {
      const value = this.byPlaceholder.get(placeholder);
      if (value === undefined) return placeholder;
      return isJson ? escaped(value) : value;
    });
  }

  /** From where on a text may go on as a placeholder; its length where it may not. */
  unfinishedFrom(text: string): number {
    if (this.isEmpty) return text.length;
    return BEGUN.exec(text.slice(-30)) ? text.lastIndexOf('[') : text.length;
  }
}
