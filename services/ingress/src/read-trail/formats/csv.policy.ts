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

function quoted(value: FlatEntry[keyof FlatEntry]): string {
  const text = typeof value === 'object' ? value.join(' ') : String(value);
  return `"${text.replaceAll('"', '""')}"`;
}
