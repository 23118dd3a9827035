import { Injectable } from '@nestjs/common';

/** An entry as those who follow the trail get it. */
export interface FollowedEntry {
  readonly organization: string;
  readonly sequence: number;
  readonly type: string;
  readonly recordedAt: Date;
  readonly body: string;
}

/** Some thirteen thousand entries of a kilobyte and a quarter. Postgres has them all. */
const MOST_CHARACTERS = 16 * 1024 ** 2;

/**
 * The entries that this process has just recorded, so that they need not be read from Postgres to be handed on. Of each log a stretch
 * without gaps; where more wait than may be held, they are forgotten, and read.
 */
@Injectable()
export class FreshEntries {
  private readonly logs = new Map<string, FollowedEntry[]>();
  private characters = 0;

  /** To be called once they are in the trail for good, with entries of each log in their order. */
  add(entries: readonly FollowedEntry[]): void {
    for (const entry of entries) {
      const log = this.logs.get(entry.organization) ?? [];
      const last = log.at(-1);
      // Another process, or another work of this one, has recorded what lies between.
      if (last && last.sequence + 1 !== entry.sequence) this.forget(entry.organization, last.sequence + 1);
      log.push(entry);
      this.logs.set(entry.organization, log);
      this.characters += entry.body.length;
    }
    if (this.characters <= MOST_CHARACTERS) return;
    this.logs.clear();
    this.characters = 0;
  }

  /** At most so many of a log, without a gap, if the first of them stands at `start`; none where that is not known here. */
  from(organization: string, start: number, limit: number): readonly FollowedEntry[] {
    const log = this.logs.get(organization);
    const first = log?.[0]?.sequence;
    if (!log || first === undefined || start < first) return [];
    return log.slice(start - first, start - first + limit);
  }

  /** Those of a log that stand before this place are not asked for any more. */
  forget(organization: string, before: number): void {
    const log = this.logs.get(organization);
    if (!log) return;
    const end = log.findIndex(({ sequence }) => sequence >= before);
    for (const { body } of log.splice(0, end === -1 ? log.length : end)) this.characters -= body.length;
    if (log.length === 0) this.logs.delete(organization);
  }
}
