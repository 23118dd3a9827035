import { Bucket, idempotencyEntrySchema, MessageHeader, StreamHeader, type IdempotencyEntry } from '#libs/contracts';
import type { Messaging, Subscription } from '../messaging.js';
import { VersionedBucket } from './versioned-bucket.js';

/** An entry as it is stored, with its position; `entry` is undefined for one that was removed. */
export interface FoundEntry {
  readonly entry: IdempotencyEntry | undefined;
  readonly sequence: number;
}

/**
 * Entries that one process of many may make and change: each change names the position of what it changes and fails where somebody
 * else was faster. Keys are `<organisation>.<hex>`. Rejects with `MessagingError` where the bucket does not answer or is full.
 */
export class IdempotencyBucket {
  private readonly bucket: VersionedBucket;

  constructor(messaging: Messaging) {
    this.bucket = new VersionedBucket(messaging, Bucket.idempotency.name);
  }

  async find(key: string): Promise<FoundEntry | undefined> {
    const message = await this.bucket.read(key);
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
    return this.bucket.replace(key, '', after, { [MessageHeader.idempotency]: JSON.stringify(entry) });
  }

  /** Removes the entry at a position, unless another process has written meanwhile. */
  async remove(key: string, at: number): Promise<void> {
    await this.bucket.replace(key, '', at, { [StreamHeader.keyOperation]: 'DEL' });
  }

  /** Stores a part of what belongs to an entry; whoever holds the entry alone writes it. */
  async writePart(key: string, part: number, bytes: Uint8Array): Promise<void> {
    await this.bucket.put(partKey(key, part), bytes);
  }

  /** Undefined for a part that is not there any more. */
  async readPart(key: string, part: number): Promise<Uint8Array | undefined> {
    return (await this.bucket.read(partKey(key, part)))?.data;
  }

  /** Bytes that were noted for an organisation in an hour; forgotten with the answers that they count. */
  async bytesOf(organization: string, hour: number): Promise<number> {
    return Number((await this.bucket.read(hourKey(organization, hour)))?.text() ?? 0);
  }

  /** Adds to them, whoever else does. */
  async addBytes(organization: string, hour: number, bytes: number): Promise<void> {
    const key = hourKey(organization, hour);
    for (;;) {
      const found = await this.bucket.read(key);
      const after = found ? Number(found.header(StreamHeader.sequence)) : 0;
      const sum = Number(found?.text() ?? 0) + bytes;
      if ((await this.bucket.replace(key, String(sum), after)) !== undefined) return;
    }
  }

  /** Calls back whenever the entry is written or removed, until the subscription is ended. */
  watch(key: string, onChange: () => void): Subscription {
    return this.bucket.watch(key, onChange);
  }
}

function partKey(key: string, part: number): string {
  return `${key}.part${part}`;
}

function hourKey(organization: string, hour: number): string {
  return `${organization}.bytes${hour}`;
}
