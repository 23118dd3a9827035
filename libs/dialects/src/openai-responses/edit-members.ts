import type { ByteSpan } from '#libs/contracts';
import { scanObject } from '../scan-object.js';

const MAX_DEPTH = 64;

/** Where the members of a request's object stand in its bytes. */
export function membersOf(body: Uint8Array): Map<string, ByteSpan> {
  return scanObject(body, MAX_DEPTH);
}

/**
 * The body with the JSON values of some members set; all other bytes stay as they came. A member that is not there is put behind
 * the model's name, which every request has.
 */
export function withMembers(
  body: Uint8Array,
  members: ReadonlyMap<string, ByteSpan>,
  values: Readonly<Record<string, string>>,
): Buffer {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const behindModel = members.get('model')?.[1] ?? 0;
  const edits = Object.entries(values).map(([name, value]) => {
    const span = members.get(name);
    return span
      ? { start: span[0], end: span[1], text: value }
      : { start: behindModel, end: behindModel, text: `,${JSON.stringify(name)}:${value}` };
  });
  edits.sort((left, right) => left.start - right.start || left.end - right.end);
  const pieces: Buffer[] = [];
  let from = 0;
  for (const { start, end, text } of edits) {
    pieces.push(bytes.subarray(from, start), Buffer.from(text));
    from = end;
  }
  pieces.push(bytes.subarray(from));
  return Buffer.concat(pieces);
}
