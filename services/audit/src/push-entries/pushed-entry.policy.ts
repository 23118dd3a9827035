import { flatEntryOf, TRAIL_FORMATS } from '#libs/trail-formats';
import type { Destination } from './destination.schema.js';

/** An entry as it is pushed, whole. */
export interface PushedEntry {
  readonly organization: string;
  readonly sequence: number;
  readonly recordedAt: Date;
  readonly requestId: string;
  readonly type: string;
  readonly project: string;
  /** In base64. */
  readonly leafHash: string;
  readonly body: string;
}

/** An entry in a destination's format, on one line without its end. */
export function lineOf(entry: PushedEntry, format: Destination['format']): string {
  const line = {
    object: 'audit.entry',
    organization: entry.organization,
    sequence: entry.sequence,
    recorded_at: entry.recordedAt.toISOString(),
    request_id: entry.requestId,
    type: entry.type,
    project: entry.project,
    leaf_hash: entry.leafHash,
    body: entry.body,
  };
  return format === 'json' ? JSON.stringify(line) : TRAIL_FORMATS[format].write(flatEntryOf(line)).trimEnd();
}

/** Whether a destination wishes for a type: it names it, or all of its kind (`key.*`). */
export function wishesFor(type: string, types: Destination['types']): boolean {
  if (types === undefined) return true;
  return types.some(
    (wish) => wish === '*' || wish === type || (wish.endsWith('.*') && type.startsWith(wish.slice(0, -1))),
  );
}

const LOG_AUDIT = 13;
const WARNING = 4;
const INFORMATIONAL = 6;
const MOST_ID_CHARACTERS = 32;

/**
 * A message of syslog (RFC 5424) in octet counting (RFC 6587, 3.4.1), which keeps whatever is in it from ending it. Facility "log
 * audit"; severity warning for what failed or was refused. Without a byte order mark, which collectors take for a part of JSON.
 */
export function syslogFrame({ recordedAt, type }: PushedEntry, line: string, host: string): Buffer {
  const severity = /\.(failed|refused|expired)$/.test(type) ? WARNING : INFORMATIONAL;
  const id = type.replaceAll(/[^!-~]/g, '').slice(0, MOST_ID_CHARACTERS) || '-';
  const name = host.replaceAll(/[^!-~]/g, '').slice(0, 255) || '-';
  const head = `<${LOG_AUDIT * 8 + severity}>1 ${recordedAt.toISOString()} ${name} switchyard - ${id} -`;
  const message = Buffer.from(`${head} ${line}`);
  return Buffer.concat([Buffer.from(`${message.length} `), message]);
}
