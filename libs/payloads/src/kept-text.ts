import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { PayloadCaptured, PayloadOrder } from '#libs/contracts';
import { maskedPayload, type MaskText } from './masked-payload.policy.js';

/** A prompt or an answer as it came. `bytes` may be the beginning of it only; `length` is that of the whole. */
export interface CapturedText {
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly contentType: string;
}

/** What is kept of a text, and what is said of it. */
export interface KeptText {
  readonly bytes: Uint8Array;
  readonly told: PayloadCaptured['prompt'];
}

/** As much more is read than kept, so that what is masked is seen whole where it crosses the end. */
const MASK_MARGIN_BYTES = 16 * 1024;
const NOTHING = new Uint8Array(0);

/** What an order keeps of a text: its hash, or its beginning. What is no text cannot be masked, and only its hash is kept then. */
export function keptText(text: CapturedText, { keep, mostBytes }: PayloadOrder, mask: MaskText): KeptText {
  const { bytes, length, contentType } = text;
  const told = { bytes: length, contentType: contentType.slice(0, 200) };
  const hashed = (): KeptText => ({ bytes: NOTHING, told: { ...told, keptBytes: 0, sha256: sha256Of(bytes) } });
  if (keep === 'hash') return hashed();
  if (keep === 'full') {
    const kept = cutAt(bytes, mostBytes);
    return { bytes: kept, told: { ...told, keptBytes: kept.length } };
  }
  const seen = cutAt(bytes, mostBytes + MASK_MARGIN_BYTES);
  if (!isUtf8(seen)) return { bytes: NOTHING, told: { ...told, keptBytes: 0 } };
  const masked = maskedPayload(Buffer.from(seen).toString('utf8'), contentType, mask);
  const kept = cutAt(Buffer.from(masked), mostBytes);
  return { bytes: kept, told: { ...told, keptBytes: kept.length } };
}

/** How much of a text has to be held for an order; a hash is of the whole. */
export function heldBytes({ keep, mostBytes }: PayloadOrder): number {
  if (keep === 'hash') return Number.POSITIVE_INFINITY;
  return keep === 'full' ? mostBytes : mostBytes + MASK_MARGIN_BYTES;
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Not within a character of UTF-8, where it is such text. */
function cutAt(bytes: Uint8Array, most: number): Uint8Array {
  if (bytes.length <= most) return bytes;
  let end = most;
  while (end > 0 && end > most - 4 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}
