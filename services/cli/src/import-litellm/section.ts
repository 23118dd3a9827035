/** Something of the imported file that is not, or not wholly, in the result. */
export interface ImportWarning {
  readonly path: string;
  readonly reason: string;
}

/**
 * A set of fields that is read field by field. What nobody has read by the end becomes a warning, so that nothing is dropped in
 * silence.
 */
export class Section {
  private readonly unread: Set<string>;

  private constructor(
    private readonly fields: Readonly<Record<string, unknown>>,
    readonly path: string,
    readonly warnings: ImportWarning[],
  ) {
    this.unread = new Set(Object.keys(fields));
  }

  /** Anything but a set of fields becomes a warning and an empty section. */
  static of(value: unknown, path: string, warnings: ImportWarning[]): Section {
    const isFields = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isFields && value !== undefined && value !== null) warnings.push({ path, reason: 'is no set of fields' });
    return new Section(isFields ? (value as Record<string, unknown>) : {}, path, warnings);
  }

  get names(): string[] {
    return Object.keys(this.fields);
  }

  /** The value of a field, whatever it is; null counts as absent. */
  take(name: string): unknown {
    this.unread.delete(name);
    return Object.hasOwn(this.fields, name) ? (this.fields[name] ?? undefined) : undefined;
  }

  text(name: string): string | undefined {
    return this.typed(name, 'text', (value) => (typeof value === 'string' ? value : undefined));
  }

  /** Also numbers that are written as text. */
  number(name: string): number | undefined {
    return this.typed(name, 'a number', (value) => {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
    });
  }

  /** A whole number of at least one. */
  count(name: string): number | undefined {
    const value = this.number(name);
    if (value === undefined || (Number.isInteger(value) && value > 0)) return value;
    return this.warn(name, `${value} is no whole number of at least 1`);
  }

  flag(name: string): boolean {
    return this.typed(name, 'true or false', (value) => (typeof value === 'boolean' ? value : undefined)) ?? false;
  }

  texts(name: string): string[] | undefined {
    return this.typed(name, 'a list of texts', (value) =>
      Array.isArray(value) && value.every((entry) => typeof entry === 'string') ? value : undefined,
    );
  }

  list(name: string): unknown[] {
    return this.typed(name, 'a list', (value) => (Array.isArray(value) ? (value as unknown[]) : undefined)) ?? [];
  }

  section(name: string): Section {
    return Section.of(this.take(name), this.at(name), this.warnings);
  }

  at(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  /** Returns undefined, for what is not carried. */
  warn(name: string, reason: string): undefined {
    this.warnings.push({ path: this.at(name), reason });
    return undefined;
  }

  /** Warns of each field that was not read. */
  finish(reason = 'has no counterpart here and is not carried'): void {
    for (const name of this.unread) this.warn(name, reason);
    this.unread.clear();
  }

  private typed<Value>(name: string, what: string, read: (value: unknown) => Value | undefined): Value | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    const found = read(value);
    if (found === undefined) this.warn(name, `is not ${what} and is not carried`);
    return found;
  }
}
