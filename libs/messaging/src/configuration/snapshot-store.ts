import { Kvm, type KV } from '@nats-io/kv';
import { Bucket, snapshotSchema, type Snapshot } from '#libs/contracts';
import type { NatsLink } from '../link/nats-link.js';
import { MessagingError } from '../messaging-error.js';
import type { Topology } from '../streams/topology.js';

const READ_HISTORY_WITHIN_MILLISECONDS = 5_000;

/**
 * The compiled configuration as it rests in the key-value bucket, with a few versions before it. Control writes it;
 * everybody else watches.
 */
export class SnapshotStore {
  private bucket: KV | undefined;

  constructor(
    private readonly link: NatsLink,
    private readonly topology: Topology,
  ) {}

  /** The stored snapshot, or undefined where none has been written (or the bucket is gone). Throws where it cannot be read. */
  async read(): Promise<Snapshot | undefined> {
    const text = await this.readText();
    return text === undefined ? undefined : snapshotSchema.parse(JSON.parse(text));
  }

  /** What is stored, as it was written, whether or not this version of Switchyard can read it. */
  async readText(): Promise<string | undefined> {
    const entry = await this.open()
      .then((bucket) => bucket.get(Bucket.snapshot.key))
      .catch(() => this.forget());
    return entry && entry.operation === 'PUT' ? entry.string() : undefined;
  }

  /**
   * The versions that the bucket still keeps, oldest first, the stored one included; those that this version of Switchyard
   * cannot read are left out. Throws where NATS is out of reach, the bucket is gone, or reading takes more than five seconds.
   */
  async history(): Promise<Snapshot[]> {
    try {
      return await readHistory(await this.open());
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  /** Replaces the stored snapshot; watchers learn of it at once. */
  async write(snapshot: Snapshot): Promise<void> {
    const text = JSON.stringify(snapshot);
    try {
      await (await this.open()).put(Bucket.snapshot.key, text);
    } catch {
      this.forget();
      await this.topology.provision();
      await (await this.open()).put(Bucket.snapshot.key, text);
    }
  }

  private async open(): Promise<KV> {
    this.bucket ??= await new Kvm(this.link.connection).open(Bucket.snapshot.name);
    return this.bucket;
  }

  private forget(): undefined {
    this.bucket = undefined;
    return undefined;
  }
}

async function readHistory(bucket: KV): Promise<Snapshot[]> {
  const entries = await bucket.history({ key: Bucket.snapshot.key });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    entries.stop();
  }, READ_HISTORY_WITHIN_MILLISECONDS);
  const found: Snapshot[] = [];
  try {
    for await (const entry of entries) {
      const snapshot = entry.operation === 'PUT' ? snapshotIn(entry.string()) : undefined;
      if (snapshot) found.push(snapshot);
    }
  } finally {
    clearTimeout(timer);
  }
  if (isLate) throw new MessagingError('timeout', 'the kept versions of the configuration were not read in time');
  return found;
}

function snapshotIn(text: string): Snapshot | undefined {
  try {
    return snapshotSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
