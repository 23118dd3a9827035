import type { EntryLine, ExportLine, MissingLine, NodePlace, WithheldLine } from '#libs/merkle';

/** An entry that is shown, with all that its line says but its hash. */
export type ShownEntry = Omit<EntryLine, 'object' | 'leaf_hash'>;

/** A stretch of a log: what is shown of it, what should be there and is not, and what was signed of it. */
export interface LogStretch {
  readonly start: number;
  readonly end: number;
  readonly entries: readonly ShownEntry[];
  /** In order. */
  readonly missing: readonly number[];
  /** Stretches that were removed when their time was over, in order; `until` exclusive. */
  readonly removed: readonly { readonly from: number; readonly until: number }[];
  /** Entries before this one were removed when their time was over. */
  readonly keptFrom: number;
  readonly checkpoints: readonly { readonly size: number; readonly note: string }[];
}

/** How hashes of the tree are found and taken apart; given, so that this file stays free of hashing. */
export interface LogTree {
  readonly nodesOf: (range: { start: number; end: number }) => NodePlace[];
  /** In base64. */
  readonly hashOf: (node: NodePlace) => string;
}

/** The lines of an export for a stretch of a log, without gaps: each entry is shown, missing, or part of what is withheld. */
export function linesOf(stretch: LogStretch, tree: LogTree): ExportLine[] {
  const lines: ExportLine[] = [];
  const leafOf = (sequence: number): string => tree.hashOf({ level: 0, index: sequence });
  const stops = stopsOf(stretch);
  let position = stretch.start;
  const withhold = (until: number): void => {
    for (const part of partsOf(position, until, stretch)) {
      lines.push({ object: 'audit.withheld', ...part, nodes: tree.nodesOf(rangeOf(part)).map(tree.hashOf) });
    }
    position = until;
  };
  for (const stop of stops) {
    if (stop.at > position) withhold(stop.at);
    if (stop.kind === 'checkpoint') {
      lines.push({ object: 'audit.checkpoint', note: stop.note });
      continue;
    }
    const leaf = leafOf(stop.at);
    lines.push(
      stop.kind === 'entry'
        ? { object: 'audit.entry', ...stop.entry, leaf_hash: leaf }
        : ({ object: 'audit.missing', sequence: stop.at, leaf_hash: leaf } satisfies MissingLine),
    );
    position = stop.at + 1;
  }
  if (position < stretch.end) withhold(stretch.end);
  return lines;
}

type Stop =
  | { readonly kind: 'checkpoint'; readonly at: number; readonly note: string }
  | { readonly kind: 'entry'; readonly at: number; readonly entry: ShownEntry }
  | { readonly kind: 'missing'; readonly at: number };

/** A checkpoint stands before the entry that came next. */
function stopsOf({ entries, missing, checkpoints, keptFrom }: LogStretch): Stop[] {
  return [
    ...checkpoints.map(({ size, note }) => ({ kind: 'checkpoint' as const, at: size, note })),
    ...missing.filter((at) => at >= keptFrom).map((at) => ({ kind: 'missing' as const, at })),
    ...entries.map((entry) => ({ kind: 'entry' as const, at: entry.sequence, entry })),
  ].toSorted(
    (left, right) => left.at - right.at || Number(right.kind === 'checkpoint') - Number(left.kind === 'checkpoint'),
  );
}

type Part = Pick<WithheldLine, 'from' | 'until' | 'reason'>;

/** A stretch in its parts: each was removed, or is not for the one who reads. */
function partsOf(from: number, until: number, { keptFrom, removed }: Pick<LogStretch, 'keptFrom' | 'removed'>): Part[] {
  const gone = [{ from: 0, until: keptFrom }, ...removed]
    .map((range) => ({ from: Math.max(from, range.from), until: Math.min(until, range.until) }))
    .filter((range) => range.from < range.until)
    .toSorted((left, right) => left.from - right.from);
  const parts: Part[] = [];
  let position = from;
  for (const range of gone) {
    if (range.from > position) parts.push({ from: position, until: range.from, reason: 'filter' });
    const start = Math.max(position, range.from);
    if (range.until > start) parts.push({ from: start, until: range.until, reason: 'retention' });
    position = Math.max(position, range.until);
  }
  if (position < until) parts.push({ from: position, until, reason: 'filter' });
  return parts;
}

function rangeOf({ from, until }: Part): { start: number; end: number } {
  return { start: from, end: until };
}
