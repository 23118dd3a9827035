import type { EntryLine } from './export-line.js';

const TYPE = 'audit-trail.removed';

/** What an entry says was removed from among the sequences from `first` up to `last`; all of them where no number is told. */
interface Recorded {
  readonly first: number;
  readonly last: number;
  readonly entries: number;
}

/** Sequences, `until` exclusive. */
interface Stretch {
  readonly from: number;
  readonly until: number;
}

interface Group extends Recorded {
  gone: number;
}

/** Stretches that an export calls removed and nothing of it records, those whose record may be among what it hides, and records that tell of less than is gone. */
export interface RemovalFindings {
  readonly unrecorded: readonly Stretch[];
  readonly unproved: readonly Stretch[];
  readonly exceeded: readonly { readonly first: number; readonly gone: number; readonly entries: number }[];
}

/**
 * Holds what an export calls removed when its time was over against the entries `audit-trail.removed`, which are hashed as all others: tables that say what was removed can be
 * changed by whoever holds the database, so that a row that was taken away could be called so. A record follows what it tells of, and may itself be removed or hidden later.
 */
export class RecordedRemovals {
  /** An attempt that was done again is recorded again; the last counts. */
  private readonly recorded = new Map<string, Recorded>();
  private readonly gone: Stretch[] = [];
  private hiddenUntil = 0;

  /** An entry that is what was recorded. */
  take({ type, body }: Pick<EntryLine, 'type' | 'body'>): void {
    if (type !== TYPE) return;
    const { partition, classes, first, last, entries } = detailOf(body);
    if (typeof first !== 'number' || typeof last !== 'number') return;
    const most = typeof entries === 'number' ? entries : Number.POSITIVE_INFINITY;
    this.recorded.set(JSON.stringify([partition, classes, first, last]), { first, last, entries: most });
  }

  takeGone({ from, until }: Stretch): void {
    const last = this.gone.at(-1);
    if (last?.until === from) this.gone[this.gone.length - 1] = { from: last.from, until };
    else this.gone.push({ from, until });
  }

  takeHidden({ until }: Stretch): void {
    this.hiddenUntil = until;
  }

  findings(): RemovalFindings {
    const groups = this.groups();
    const unexplained: Stretch[] = [];
    let explainedUntil = 0;
    let next = 0;
    for (const { from, until } of this.gone) {
      let position = from;
      while (position < until) {
        while ((groups[next]?.last ?? until) < position) next += 1;
        const group = groups[next];
        const begin = Math.min(until, Math.max(position, group?.first ?? until));
        if (begin > position) unexplained.push({ from: position, until: begin });
        const end = group ? Math.max(begin, Math.min(until, group.last + 1)) : until;
        if (group && end > begin) {
          group.gone += end - begin;
          explainedUntil = end;
        }
        position = end;
      }
    }
    const recordedBefore = Math.max(this.hiddenUntil, explainedUntil);
    return {
      unrecorded: unexplained.filter(({ until }) => until > recordedBefore),
      unproved: unexplained.filter(({ until }) => until <= recordedBefore),
      exceeded: groups.filter(({ gone, entries }) => gone > entries),
    };
  }

  /** In order, those that overlap as one: several classes of a month may go one after the other. */
  private groups(): Group[] {
    const groups: Group[] = [];
    for (const one of [...this.recorded.values()].toSorted((left, right) => left.first - right.first)) {
      const before = groups.at(-1);
      if (!before || one.first > before.last) {
        groups.push({ ...one, gone: 0 });
        continue;
      }
      groups[groups.length - 1] = {
        first: before.first,
        last: Math.max(before.last, one.last),
        entries: before.entries + one.entries,
        gone: 0,
      };
    }
    return groups;
  }
}

interface Detail {
  readonly partition?: unknown;
  readonly classes?: unknown;
  readonly first?: unknown;
  readonly last?: unknown;
  readonly entries?: unknown;
}

function detailOf(body: string): Detail {
  const note = JSON.parse(body) as { readonly type?: unknown; readonly detail?: Detail };
  return note.type === TYPE ? (note.detail ?? {}) : {};
}
