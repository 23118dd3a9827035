/** What went wrong somewhere, and what had been sent. */
export interface Finding {
  readonly where: string;
  readonly what: string;
  readonly sent: string;
  count: number;
}

/** Counts what was tried and answered, and keeps each kind of failure once. */
export class Findings {
  readonly found = new Map<string, Finding>();
  readonly statuses = new Map<string, number>();
  private readonly places = new Set<string>();
  attempts = 0;

  get placeCount(): number {
    return this.places.size;
  }

  tried(where: string): void {
    this.attempts += 1;
    this.places.add(where);
  }

  answered(status: number): void {
    const group = `${Math.floor(status / 100)}xx`;
    this.statuses.set(group, (this.statuses.get(group) ?? 0) + 1);
  }

  add(where: string, what: string, sent: string): void {
    const known = this.found.get(`${where} ${what.slice(0, 60)}`);
    if (known) known.count += 1;
    else this.found.set(`${where} ${what.slice(0, 60)}`, { where, what, sent, count: 1 });
  }
}
