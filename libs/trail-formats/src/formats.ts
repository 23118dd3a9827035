import { cefLine } from './cef.policy.js';
import { CSV_HEAD, entryRow } from './csv.policy.js';
import { flatEntryOf, type EntryLine, type FlatEntry } from './flat-entry.policy.js';
import { ocsfLine } from './ocsf.policy.js';

/** A form of an export that other systems read; only `ndjson` verifies. */
export interface TrailFormat {
  readonly contentType: string;
  readonly head: string;
  readonly write: (entry: FlatEntry) => string;
}

export const TRAIL_FORMATS = {
  csv: { contentType: 'text/csv; charset=utf-8', head: CSV_HEAD, write: entryRow },
  ocsf: { contentType: 'application/x-ndjson', head: '', write: ocsfLine },
  cef: { contentType: 'text/plain; charset=utf-8', head: '', write: cefLine },
} as const satisfies Record<string, TrailFormat>;

/** The entries among the lines of an export, in another form. */
export function inFormat(format: TrailFormat, lines: readonly string[]): string {
  return lines
    .map((line) => JSON.parse(line) as EntryLine)
    .filter(({ object }) => object === 'audit.entry')
    .map((line) => format.write(flatEntryOf(line)))
    .join('');
}
