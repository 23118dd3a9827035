import { Kvm, type KV } from '@nats-io/kv';
import { Bucket, keyEntrySchema, type KeyEntry } from '#libs/contracts';
import type { LinkLog, NatsLink } from '../link/nats-link.js';
import type { Messaging, Subscription } from '../messaging.js';
import { NamedKeys, type KeyNamePlace } from './named-keys.js';
import type { Topology } from './topology.js';

const CHECK_EVERY_MILLISECONDS = 3_000;
const FIRST_CHECKS_EVERY_MILLISECONDS = 250;
const READ_WITHIN_MILLISECONDS = 20_000;

/** Told that an entry changed; undefined for one that was removed. */
export type KeyListener = (hash: string, entry: KeyEntry | undefined) => void;

/** Told what a name is bound to: the entry of the key that speaks for it. */
export type NameListener = (entry: KeyEntry) => void;

/**
 * The keys that were made by the admin API, and every key that was revoked, by their hash. Control writes; everybody who lets
 * callers in holds them all in memory. Writes are ordinary messages, so a plain subscription hears them within a millisecond;
 * every three seconds the bucket's last sequence is compared, and only where something was missed is it read again. What is
 * held stays in force whatever happens to NATS or Postgres.
 */
export class KeyBucket {
  private bucket: KV | undefined;
  private readonly held = new Map<string, KeyEntry>();
  private readonly listeners: KeyListener[] = [];
  private readonly nameListeners: NameListener[] = [];
  private readonly names = new NamedKeys();
  /** Heard of while the bucket is being read: newer than what is read. */
  private readonly heard = new Set<string>();
  private subscription: Subscription | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readThrough: number | undefined;
  private isStopped = false;
  private markRead: () => void = () => undefined;

  /** Resolves when the bucket was read once after `start`. */
  readonly ready = new Promise<void>((resolve) => (this.markRead = resolve));

  private readonly prefix = `$KV.${Bucket.keys.name}.`;

  constructor(
    private readonly surroundings: { link: NatsLink; messaging: Messaging; topology: Topology; log: LinkLog },
  ) {}

  /** False until the bucket was read once: a key that is not held may be a good one before. */
  get isRead(): boolean {
    return this.readThrough !== undefined;
  }

  get entries(): ReadonlyMap<string, KeyEntry> {
    return this.held;
  }

  /** The highest number that a key of this name has had, as far as it is known here; 0 where there was none. */
  lastOrdinalOf(place: KeyNamePlace): number {
    return this.names.lastOf(place);
  }

  onChange(listener: KeyListener): void {
    this.listeners.push(listener);
    for (const [hash, entry] of this.held) listener(hash, entry);
  }

  /** For whoever looks up by the name of a key, as requests carry it, what is bound to it; keys of one name follow each other. */
  onNameChange(listener: NameListener): void {
    this.nameListeners.push(listener);
    for (const entry of this.held.values()) if (this.names.speaks(entry)) listener(entry);
  }

  /** Begins to follow the bucket. */
  start(): void {
    if (this.subscription) return;
    const { messaging, link } = this.surroundings;
    this.subscription = messaging.subscribe(`${this.prefix}>`, (message) => {
      const hash = message.subject.slice(this.prefix.length);
      this.heard.add(hash);
      this.take(hash, message.data.length === 0 ? undefined : entryIn(message.text()));
    });
    link.on('up', this.check);
    this.check();
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
    this.surroundings.link.off('up', this.check);
    this.subscription?.unsubscribe();
  }

  /**
   * Stores an entry; resolves when NATS has it on disk, throws where it does not. A revocation is for good: whoever writes what was
   * read before it does not take it back.
   */
  async write(given: KeyEntry): Promise<void> {
    const revokedAt = given.revokedAt ?? this.held.get(given.hash)?.revokedAt;
    const entry = revokedAt === undefined ? given : { ...given, revokedAt };
    const text = JSON.stringify(entry);
    try {
      await (await this.open()).put(entry.hash, text);
    } catch {
      this.bucket = undefined;
      await this.surroundings.topology.provision();
      await (await this.open()).put(entry.hash, text);
    }
    this.take(entry.hash, entry);
  }

  private readonly check = (): void => void this.checkAll();

  private async checkAll(): Promise<void> {
    clearTimeout(this.timer);
    try {
      if (this.surroundings.link.isUp) await this.readWhereChanged(await this.open());
    } catch (error) {
      this.bucket = undefined;
      this.surroundings.log.warn({ error }, 'the keys cannot be read; staying on those held');
    }
    if (this.isStopped) return;
    this.timer = setTimeout(this.check, this.isRead ? CHECK_EVERY_MILLISECONDS : FIRST_CHECKS_EVERY_MILLISECONDS);
    this.timer.unref();
  }

  private async readWhereChanged(bucket: KV): Promise<void> {
    const { streamInfo } = await bucket.status();
    const last = streamInfo.state.last_seq;
    if (last === this.readThrough) return;
    this.heard.clear();
    const found = await readAll(bucket);
    for (const hash of this.held.keys()) if (!found.has(hash) && !this.heard.has(hash)) this.take(hash, undefined);
    for (const [hash, entry] of found) if (!this.heard.has(hash)) this.take(hash, entry);
    this.readThrough = last;
    this.markRead();
  }

  private take(hash: string, entry: KeyEntry | undefined): void {
    if (entry) this.held.set(hash, entry);
    else this.held.delete(hash);
    for (const listener of this.listeners) listener(hash, entry);
    if (entry && this.names.speaks(entry)) for (const listener of this.nameListeners) listener(entry);
  }

  private async open(): Promise<KV> {
    this.bucket ??= await new Kvm(this.surroundings.link.connection).open(Bucket.keys.name);
    return this.bucket;
  }
}

async function readAll(bucket: KV): Promise<Map<string, KeyEntry>> {
  const entries = await bucket.history({ key: '>' });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    entries.stop();
  }, READ_WITHIN_MILLISECONDS);
  const found = new Map<string, KeyEntry>();
  try {
    for await (const { operation, key, value } of entries) {
      const entry = operation === 'PUT' ? entryIn(Buffer.from(value).toString('utf8')) : undefined;
      if (entry) found.set(key, entry);
    }
  } finally {
    clearTimeout(timer);
  }
  // Half a list would let nobody in whose key is in the other half.
  if (isLate) throw new Error(`the keys were not read within ${READ_WITHIN_MILLISECONDS} ms`);
  return found;
}

function entryIn(text: string): KeyEntry | undefined {
  try {
    return keyEntrySchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
