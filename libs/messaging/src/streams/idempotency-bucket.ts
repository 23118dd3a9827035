import { Bucket, idempotencyEntrySchema, MessageHeader, StreamHeader, type IdempotencyEntry } from '#libs/contracts';
import type { IncomingMessage } from '../message/incoming-message.js';
import { MessagingError } from '../messaging-error.js';
import type { Messaging, Subscription } from '../messaging.js';

const WITHIN_MILLISECONDS = 5_000;
const NOT_FOUND = 404;
const WRONG_LAST_SEQUENCE = 10_071;

const PREFIX = `$KV.${Bucket.idempotency.name}.`;
const DIRECT_GET = `$JS.API.DIRECT.GET.KV_${Bucket.idempotency.name}.${PREFIX}`;

/** An entry as it is stored, with its position; `entry` is undefined for one that was removed. */
export interface FoundEntry {
  readonly entry: IdempotencyEntry | undefined;
  readonly sequence: number;
}

interface Acknowledgement {
  readonly seq?: number;
  readonly error?: { readonly err_code?: number; readonly description?: string };
}

/**
 * Entries that one process of many may make and change: each change names the position of what it changes and fails where somebody
 * else was faster. Keys are `<organisation>.<hex>`. Rejects with `MessagingError` where the bucket does not answer or is full.
 */
export class IdempotencyBucket {
  constructor(private readonly messaging: Messaging) {}

  async find(key: string): Promise<FoundEntry | undefined> {
    const message = await this.read(key);
    if (!message) return undefined;
    const sequence = Number(message.header(StreamHeader.sequence));
    const text = message.header(MessageHeader.idempotency);
    return { sequence, entry: text === undefined ? undefined : idempotencyEntrySchema.parse(JSON.parse(text)) };
  }

  /**
   * Writes an entry in the place of the one at `after` (0: there is none). Resolves to its position, or to undefined where another
   * process has written meanwhile.
   */
  async write(key: string, entry: IdempotencyEntry, after: number): Promise<number | undefined> {
    return this.store(key, '', after, { [MessageHeader.idempotency]: JSON.stringify(entry) });
  }

  /** Removes the entry at a position, unless another process has written meanwhile. */
  async remove(key: string, at: number): Promise<void> {
    await this.store(key, '', at, { [StreamHeader.keyOperation]: 'DEL' });
  }

  /** Stores a part of what belongs to an entry; whoever holds the entry alone writes it. */
  async writePart(key: string, part: number, bytes: Uint8Array): Promise<void> {
    await this.messaging.store(`${PREFIX}${partKey(key, part)}`, bytes, {}, WITHIN_MILLISECONDS);
  }

  /** Undefined for a part that is not there any more. */
  async readPart(key: string, part: number): Promise<Uint8Array | undefined> {
    return (await this.read(partKey(key, part)))?.data;
  }

  /** Calls back whenever the entry is written or removed, until the subscription is ended. */
  watch(key: string, onChange: () => void): Subscription {
    return this.messaging.subscribe(PREFIX + key, onChange);
  }

  private async read(key: string): Promise<IncomingMessage | undefined> {
    const message = await this.messaging.request(DIRECT_GET + key, '', { timeoutMilliseconds: WITHIN_MILLISECONDS });
    if (message.status === NOT_FOUND) return undefined;
    if (message.status === undefined) return message;
    throw new MessagingError(
      'unavailable',
      `the bucket ${Bucket.idempotency.name} cannot be read (${message.statusText})`,
    );
  }

  private async store(
    key: string,
    data: string,
    after: number,
    headers: Record<string, string>,
  ): Promise<number | undefined> {
    const reply = await this.messaging.request(PREFIX + key, data, {
      timeoutMilliseconds: WITHIN_MILLISECONDS,
      headers: { ...headers, [StreamHeader.expectedLastSubjectSequence]: String(after) },
    });
    const { seq, error } = reply.json() as Acknowledgement;
    if (error?.err_code === WRONG_LAST_SEQUENCE) return undefined;
    if (error || seq === undefined) {
      const reason = error?.description ?? 'no position in the acknowledgement';
      throw new MessagingError('unavailable', `the bucket ${Bucket.idempotency.name} took no entry: ${reason}`);
    }
    return seq;
  }
}

function partKey(key: string, part: number): string {
  return `${key}.part${part}`;
}
