import { createHash } from 'node:crypto';
import { DeadLetterHeader, MessageHeader, type DeadLetterStatus } from '#libs/contracts';
import { ownHeadersOf, type StreamMessage } from '#libs/messaging';
import { storableText } from '#libs/storage';

const ID_CHARACTERS = 24;
const MOST_CHARACTERS = 2_000;

/** A message as it was buried. */
export interface BuriedMessage {
  readonly id: string;
  /** In DEAD_LETTERS. */
  readonly sequence: number;
  readonly consumer: string;
  readonly kind: string;
  readonly reason: string;
  readonly errorClass: string | null;
  readonly stackHash: string | null;
  readonly deliveries: number;
  readonly subject: string;
  readonly stream: string;
  readonly streamSequence: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Buffer | null;
  readonly bytes: number;
  readonly redrivenFrom: string | null;
  readonly buriedAt: Date;
}

/** A dead letter on record: what was buried, and what became of it. Its payload goes when it is settled. */
export interface StoredDeadLetter extends BuriedMessage {
  readonly status: DeadLetterStatus;
  readonly settledAt: Date | null;
  readonly settledBy: string | null;
}

/**
 * Reads a message of DEAD_LETTERS. Its id follows from where and when it was buried, so that it is the same however often the
 * stream gives it, and another one when a stream that was made again counts from one. Never throws: whatever lies there is kept.
 */
export function buriedMessageOf(message: StreamMessage): BuriedMessage {
  const headers = message.headers();
  const text = (name: string): string => storableText(headers[name] ?? '').slice(0, MOST_CHARACTERS);
  const count = (name: string): number => Math.min(Number.parseInt(text(name), 10) || 0, 2 ** 31 - 1);
  const { sequence, timestampMilliseconds } = message;
  const own = Object.entries(ownHeadersOf(headers)).map(([name, value]) => [storableText(name), storableText(value)]);
  return {
    id: `dl_${createHash('sha256').update(`${timestampMilliseconds}:${sequence}`).digest('hex').slice(0, ID_CHARACTERS)}`,
    sequence,
    consumer: text(DeadLetterHeader.consumer),
    kind: text(DeadLetterHeader.kind),
    reason: text(DeadLetterHeader.reason),
    errorClass: text(DeadLetterHeader.errorClass) || null,
    stackHash: text(DeadLetterHeader.stackHash) || null,
    deliveries: count(DeadLetterHeader.deliveries),
    subject: text(DeadLetterHeader.subject),
    stream: text(DeadLetterHeader.stream),
    streamSequence: Number(text(DeadLetterHeader.sequence)) || 0,
    headers: Object.fromEntries(own) as Record<string, string>,
    payload: Buffer.from(message.data),
    bytes: message.data.length,
    redrivenFrom: text(MessageHeader.redrivenFrom) || null,
    buriedAt: new Date(timestampMilliseconds),
  };
}
