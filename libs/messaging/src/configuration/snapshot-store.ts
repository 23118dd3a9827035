import { Kvm, type KV } from '@nats-io/kv';
import { Bucket, snapshotSchema, type Snapshot } from '#libs/contracts';
import type { NatsLink } from '../link/nats-link.js';
import type { Topology } from '../streams/topology.js';

/** The compiled configuration as it rests in the key-value bucket. Control writes it; everybody else watches. */
export class SnapshotStore {
  private bucket: KV | undefined;

  constructor(
    private readonly link: NatsLink,
    private readonly topology: Topology,
  ) {}

  /** The stored snapshot, or undefined where none has been written (or the bucket is gone). */
  async read(): Promise<Snapshot | undefined> {
    const entry = await this.open()
      .then((bucket) => bucket.get(Bucket.snapshot.key))
      .catch(() => this.forget());
    return entry && entry.operation === 'PUT' ? snapshotSchema.parse(entry.json()) : undefined;
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
