import { scanObject } from './scan-object.js';

const DEPTH_ALREADY_CHECKED = Number.MAX_SAFE_INTEGER;

/** A JSON object's bytes without some of its own members; the values of the others are the same bytes. */
export function withoutMembers(body: Uint8Array, names: readonly string[]): Buffer {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const pieces: Buffer[] = [];
  for (const [name, [start, end]] of scanObject(body, DEPTH_ALREADY_CHECKED)) {
    if (names.includes(name)) continue;
    pieces.push(Buffer.from(`${pieces.length === 0 ? '{' : ','}${JSON.stringify(name)}:`), bytes.subarray(start, end));
  }
  return Buffer.concat([...(pieces.length === 0 ? [Buffer.from('{')] : pieces), Buffer.from('}')]);
}
