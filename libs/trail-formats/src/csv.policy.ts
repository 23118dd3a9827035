import type { FlatEntry } from './flat-entry.policy.js';

const COLUMNS = [
  ['organization', 'organization'],
  ['sequence', 'sequence'],
  ['recorded_at', 'recordedAt'],
  ['type', 'type'],
  ['id', 'id'],
  ['project', 'project'],
  ['actor_kind', 'actorKind'],
  ['actor', 'actor'],
  ['subject_kind', 'subjectKind'],
  ['subject', 'subject'],
  ['model', 'model'],
  ['outcome', 'outcome'],
  ['error_code', 'errorCode'],
  ['targets', 'targets'],
  ['cost_nano_usd', 'costNanoUsd'],
  ['leaf_hash', 'leafHash'],
  ['body', 'body'],
] as const satisfies readonly (readonly [string, keyof FlatEntry])[];

export const CSV_HEAD = `${COLUMNS.map(([name]) => name).join(',')}\r\n`;

/** One row of RFC 4180, every field quoted. */
export function csvRow(entry: FlatEntry): string {
  return `${COLUMNS.map(([, name]) => quoted(entry[name])).join(',')}\r\n`;
}

/** A table whose rows have the columns of the first one, in RFC 4180; nothing without rows. */
export function csvOf(rows: readonly Readonly<Record<string, string | number | readonly string[]>>[]): string {
  const columns = Object.keys(rows[0] ?? {});
  if (columns.length === 0) return '';
  const lines = rows.map((row) => columns.map((column) => quoted(row[column] ?? '')).join(','));
  return [columns.join(','), ...lines, ''].join('\r\n');
}

function quoted(value: string | number | readonly string[]): string {
  const text = typeof value === 'object' ? value.join(' ') : String(value);
  return `"${text.replaceAll('"', '""')}"`;
}
