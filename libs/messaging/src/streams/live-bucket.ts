import { Kvm, type KV } from '@nats-io/kv';
import { Bucket } from '#libs/contracts';
import type { LinkLog, NatsLink } from '../link/nats-link.js';
import type { Messaging, Subscription } from '../messaging.js';
import type { Topology } from './topology.js';

const READ_AGAIN_EVERY_MILLISECONDS = 10_000;
const READ_WITHIN_MILLISECONDS = 5_000;

/** Told of each entry as it changes; `value` is undefined for one that was removed. */
export type EntryListener = (key: string, value: unknown) => void;

/**
 * A key-value bucket of JSON that several processes write and all of them hold in memory. Writes are ordinary messages on the
 * bucket's subjects, so a plain subscription hears them within a millisecond; a read now and then covers what was missed. Nothing
 * that rests in it is lost for good when the bucket is: its writers write it again.
 */
export abstract class LiveBucket {
  private bucket: KV | undefined;
  private readonly listeners: EntryListener[] = [];
  private readonly keys = new Set<string>();
  /** Heard of while the bucket is being read: newer than what is read. */
  private readonly heard = new Set<string>();
  private subscription: Subscription | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly prefix: string;

  constructor(
    private readonly name: string,
    private readonly surroundings: { link: NatsLink; messaging: Messaging; topology: Topology; log: LinkLog },
  ) {
    this.prefix = `$KV.${name}.`;
  }

  onChange(listener: EntryListener): void {
    this.listeners.push(listener);
  }

  /** Begins to follow the bucket. */
  start(): void {
    if (this.subscription) return;
    const { messaging, link } = this.surroundings;
    this.subscription = messaging.subscribe(`${this.prefix}>`, (message) => {
      const key = message.subject.slice(this.prefix.length);
      this.heard.add(key);
      this.tell(key, message.data.length === 0 ? undefined : jsonOf(message.data));
    });
    link.on('up', this.read);
    this.read();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.surroundings.link.off('up', this.read);
    this.subscription?.unsubscribe();
  }

  /** Writes an entry without waiting; one that is lost, or too large for a message, is written again by its next change. */
  put(key: string, value: unknown): void {
    const { messaging, log } = this.surroundings;
    if (!messaging.isConnected) return;
    try {
      messaging.publish(this.prefix + key, JSON.stringify(value));
    } catch (error) {
      log.warn({ error, key }, 'an entry of a bucket could not be written');
    }
  }

  /**
   * Changes an entry unless somebody else has changed it meanwhile: `change` gets what is stored (undefined where nothing is) and
   * gives what shall be, or undefined for no change. Resolves to whether this process made the change.
   */
  async change(key: string, change: (stored: unknown) => unknown): Promise<boolean> {
    try {
      const bucket = await this.open();
      const entry = await bucket.get(key);
      const stored = entry?.operation === 'PUT' ? jsonOf(entry.value) : undefined;
      const wanted = change(stored);
      if (wanted === undefined) return false;
      const text = JSON.stringify(wanted);
      await (entry ? bucket.update(key, text, entry.revision) : bucket.create(key, text));
      return true;
    } catch (error) {
      this.bucket = undefined;
      this.surroundings.log.info(
        { error, key },
        'an entry was changed by somebody else, or its bucket is out of reach',
      );
      return false;
    }
  }

  /** Removes an entry, without waiting. */
  remove(key: string): void {
    void this.open()
      .then((bucket) => bucket.delete(key))
      .catch(() => (this.bucket = undefined));
  }

  private readonly read = (): void => void this.readAll();

  private async readAll(): Promise<void> {
    clearTimeout(this.timer);
    try {
      if (this.surroundings.link.isUp) await this.take(await this.open());
    } catch (error) {
      this.bucket = undefined;
      this.surroundings.log.warn({ error, bucket: this.name }, 'a bucket cannot be read; staying on what is held');
    }
    this.timer = setTimeout(this.read, READ_AGAIN_EVERY_MILLISECONDS);
    this.timer.unref();
  }

  private async take(bucket: KV): Promise<void> {
    this.heard.clear();
    const entries = await bucket.history({ key: '>' });
    let isWhole = true;
    const timer = setTimeout(() => {
      isWhole = false;
      entries.stop();
    }, READ_WITHIN_MILLISECONDS);
    const found = new Map<string, unknown>();
    try {
      for await (const entry of entries) {
        if (entry.operation === 'PUT') found.set(entry.key, jsonOf(entry.value));
      }
    } finally {
      clearTimeout(timer);
    }
    // What was not found in time may be there all the same.
    const gone = isWhole ? [...this.keys].filter((key) => !found.has(key) && !this.heard.has(key)) : [];
    for (const key of gone) this.tell(key, undefined);
    for (const [key, value] of found) if (!this.heard.has(key)) this.tell(key, value);
  }

  private tell(key: string, value: unknown): void {
    if (value === undefined) this.keys.delete(key);
    else this.keys.add(key);
    for (const listener of this.listeners) listener(key, value);
  }

  private async open(): Promise<KV> {
    this.bucket ??= await new Kvm(this.surroundings.link.connection).open(this.name);
    return this.bucket;
  }
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Which targets are well, and how fast; see `libs/health`. */
export class HealthBucket extends LiveBucket {
  constructor(surroundings: { link: NatsLink; messaging: Messaging; topology: Topology; log: LinkLog }) {
    super(Bucket.health.name, surroundings);
  }
}
