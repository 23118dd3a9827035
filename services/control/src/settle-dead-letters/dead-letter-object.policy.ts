import type { DeadLetter, DeadLetterWithContent } from '#libs/contracts';
import type { StoredDeadLetter } from '../keep-dead-letters/dead-letter.js';

/** More of a payload than a person reads, and less than a message may hold. */
const MOST_SHOWN_BYTES = 256 * 1024;

/** A dead letter as it is shown. */
export function toDeadLetterObject(letter: StoredDeadLetter): DeadLetter {
  return {
    object: 'dead_letter',
    id: letter.id,
    status: letter.status,
    consumer: letter.consumer,
    kind: letter.kind,
    reason: letter.reason,
    error_class: letter.errorClass,
    stack_hash: letter.stackHash,
    deliveries: letter.deliveries,
    subject: letter.subject,
    stream: letter.stream,
    stream_sequence: letter.streamSequence,
    bytes: letter.bytes,
    buried_at: letter.buriedAt.toISOString(),
    redriven_from: letter.redrivenFrom,
    settled_at: letter.settledAt?.toISOString() ?? null,
    settled_by: letter.settledBy,
  };
}

/** With the message's own headers and the beginning of its payload. */
export function withContent(letter: StoredDeadLetter): DeadLetterWithContent {
  const { headers, payload } = letter;
  return { ...toDeadLetterObject(letter), headers: { ...headers }, payload: payload && shown(payload) };
}

/** Text as it is; other bytes in base64. */
function shown(payload: Buffer): { text?: string; base64?: string; truncated: boolean } {
  const bytes = payload.subarray(0, MOST_SHOWN_BYTES);
  const truncated = bytes.length < payload.length;
  const text = bytes.toString('utf8');
  const isText = truncated ? !text.slice(0, -1).includes('\uFFFD') : Buffer.from(text).equals(bytes);
  return { ...(isText ? { text } : { base64: bytes.toString('base64') }), truncated };
}
