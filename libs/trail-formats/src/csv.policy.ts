import { csvRow } from '#libs/csv';
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

export const CSV_HEAD = csvRow(COLUMNS.map(([name]) => name));

/** An entry as one row below that head. */
export function entryRow(entry: FlatEntry): string {
  return csvRow(
    COLUMNS.map(([, name]) => {
      const value = entry[name];
      return typeof value === 'object' ? value.join(' ') : value;
    }),
  );
}
