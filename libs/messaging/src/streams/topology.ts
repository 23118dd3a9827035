import {
  DiscardPolicy,
  jetstreamManager,
  JetStreamApiError,
  PersistMode,
  RetentionPolicy,
  StorageType,
  AckPolicy,
  DeliverPolicy,
  type ConsumerConfig,
  type JetStreamManager,
  type StreamConfig,
} from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { Objm } from '@nats-io/obj';
import {
  Bucket,
  bucketStream,
  Consumer,
  Stream,
  type ConsumerDefinition,
  type StreamDefinition,
} from '#libs/contracts';
import type { LinkLog, NatsLink } from '../link/nats-link.js';
import { MessagingError } from '../messaging-error.js';
import type { OwnTopology } from './own-topology.js';

const NANOSECONDS_PER_MILLISECOND = 1_000_000;
const STREAM_NOT_FOUND = 10_059;
const CONSUMER_NOT_FOUND = 10_014;
const SERVER_ERROR = 500;
const RETRY_DELAY_MILLISECONDS = 500;
const SNAPSHOT_VERSIONS_KEPT = 10;

/**
 * Makes the server hold the streams, consumers and buckets of the contracts: creates what is missing, brings settings that
 * differ into line, and says so in the log. Control does it for all
 * at start, and again when somebody finds something gone (every service, where NATS knows no identities), so no
 * order of starting matters and a wiped store heals by itself.
 */
export class Topology {
  private running: Promise<void> | undefined;

  /** `own`: of a process whose identity may make nothing, and leaves it to control. */
  constructor(
    private readonly link: NatsLink,
    private readonly log: LinkLog,
    private readonly own?: OwnTopology,
  ) {}

  /** One run at a time; callers that come meanwhile share it. */
  provision(): Promise<void> {
    this.running ??= this.run().finally(() => (this.running = undefined));
    return this.running;
  }

  /** The same for a start: as long as the server is away or not ready, it is tried again. @throws what a server refuses. */
  async provisionThroughOutages(): Promise<void> {
    for (;;) {
      try {
        await this.link.whenUp();
        return await this.provision();
      } catch (error) {
        const isRefusal = error instanceof JetStreamApiError && error.status < SERVER_ERROR;
        if (isRefusal || this.link.connection.isClosed()) throw error;
        // Waiting for control is how a start goes where services have identities.
        const level = error instanceof MessagingError ? 'info' : 'warn';
        this.log[level]({ error }, 'the streams could not be provisioned; trying again');
        await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MILLISECONDS));
      }
    }
  }

  private async run(): Promise<void> {
    const manager = await jetstreamManager(this.link.connection, { checkAPI: false });
    if (this.own) return this.own.ensure(manager);
    for (const definition of Object.values(Stream)) await this.ensureStream(manager, streamConfig(definition));
    for (const definition of Object.values(Consumer)) await this.ensureConsumer(manager, definition);
    await new Kvm(this.link.connection).create(Bucket.snapshot.name, { history: SNAPSHOT_VERSIONS_KEPT });
    await new Kvm(this.link.connection).create(Bucket.health.name, {
      ttl: Bucket.health.maxAgeMilliseconds,
      max_bytes: Bucket.health.maxBytes,
      storage: StorageType.Memory,
    });
    await new Kvm(this.link.connection).create(Bucket.keys.name, { max_bytes: Bucket.keys.maxBytes });
    await this.ensureStream(manager, answersConfig());
    await this.ensureStream(manager, entriesConfig(Bucket.idempotency));
    await this.ensureStream(manager, { ...entriesConfig(Bucket.limits), persist_mode: PersistMode.Async });
    await this.ensureBodies(manager);
  }

  /** The client makes a bucket of objects, and leaves one that differs as it is. */
  private async ensureBodies(manager: JetStreamManager): Promise<void> {
    const name = bucketStream('bodies');
    const maxAge = Bucket.bodies.maxAgeMilliseconds * NANOSECONDS_PER_MILLISECOND;
    const wanted = { max_age: maxAge, max_bytes: Bucket.bodies.maxBytes };
    try {
      const { config } = await manager.streams.info(name);
      if (config.max_age === wanted.max_age && config.max_bytes === wanted.max_bytes) return;
      this.log.warn({ stream: name, drift: wanted }, 'stream differs from the contract; bringing it into line');
      await manager.streams.update(name, wanted);
    } catch (error) {
      if (!isApiError(error, STREAM_NOT_FOUND)) throw error;
      await new Objm(this.link.connection).create(Bucket.bodies.name, { ttl: maxAge, max_bytes: wanted.max_bytes });
    }
  }

  private async ensureStream(manager: JetStreamManager, wanted: WantedStream): Promise<void> {
    const { name } = wanted;
    try {
      const { config } = await manager.streams.info(name);
      const drift = differences(wanted, config).filter((setting) => setting !== 'persist_mode');
      if (drift.length === 0) return;
      this.log.warn({ stream: name, drift }, 'stream differs from the contract; bringing it into line');
      // The server fixes a stream's way of flushing when it is made.
      const { persist_mode: _fixed, ...changeable } = wanted;
      await manager.streams.update(name, changeable);
    } catch (error) {
      if (!isApiError(error, STREAM_NOT_FOUND)) throw error;
      await manager.streams.add(wanted);
    }
  }

  private async ensureConsumer(manager: JetStreamManager, definition: ConsumerDefinition): Promise<void> {
    const wanted = consumerConfig(definition);
    try {
      const { config } = await manager.consumers.info(definition.stream, definition.name);
      const drift = differences(wanted, config);
      if (drift.length === 0) return;
      this.log.warn({ consumer: definition.name, drift }, 'consumer differs from the contract; bringing it into line');
      await manager.consumers.update(definition.stream, definition.name, wanted);
    } catch (error) {
      if (!isApiError(error, CONSUMER_NOT_FOUND)) throw error;
      await manager.consumers.add(definition.stream, wanted);
    }
  }
}

type EntriesBucket = Readonly<Record<'maxAgeMilliseconds' | 'maxBytes', number>> & { readonly name: string };
type WantedStream = Partial<StreamConfig> & { name: string };

function streamConfig(definition: StreamDefinition): WantedStream {
  return {
    name: definition.name,
    description: definition.description,
    subjects: [...definition.subjects],
    retention: definition.retention === 'work-queue' ? RetentionPolicy.Workqueue : RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: definition.dropsOldest ? DiscardPolicy.Old : DiscardPolicy.New,
    allow_direct: definition.dropsOldest ?? false,
    max_age: definition.maxAgeMilliseconds * NANOSECONDS_PER_MILLISECOND,
    max_bytes: definition.maxBytes,
    max_msg_size: definition.maxMessageBytes,
    duplicate_window: definition.duplicateWindowMilliseconds * NANOSECONDS_PER_MILLISECOND,
    allow_atomic: definition.atomicBatches,
    ...(definition.flush === 'async' ? { persist_mode: PersistMode.Async } : {}),
  };
}

/**
 * A bucket in all but this: the client's own makes buckets that refuse what is new when they are full, and here the oldest is to
 * give way; and each entry has an age of its own.
 */
function answersConfig(): WantedStream {
  const { name, maxAgeMilliseconds, maxBytes } = Bucket.answers;
  return {
    name: `KV_${name}`,
    subjects: [`$KV.${name}.>`],
    retention: RetentionPolicy.Limits,
    storage: StorageType.Memory,
    discard: DiscardPolicy.Old,
    max_msgs_per_subject: 1,
    max_age: maxAgeMilliseconds * NANOSECONDS_PER_MILLISECOND,
    max_bytes: maxBytes,
    allow_direct: true,
    allow_msg_ttl: true,
    allow_rollup_hdrs: true,
  };
}

/** A bucket in all but this: entries may have headers, and are there for `VersionedBucket` alone. */
function entriesConfig({ name, maxAgeMilliseconds, maxBytes }: EntriesBucket): WantedStream {
  return {
    name: `KV_${name}`,
    subjects: [`$KV.${name}.>`],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    max_msgs_per_subject: 1,
    max_age: maxAgeMilliseconds * NANOSECONDS_PER_MILLISECOND,
    max_bytes: maxBytes,
    allow_direct: true,
    allow_rollup_hdrs: true,
  };
}

function consumerConfig(definition: ConsumerDefinition): Partial<ConsumerConfig> & { durable_name: string } {
  return {
    durable_name: definition.name,
    description: definition.description,
    filter_subjects: [...definition.filterSubjects],
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    ack_wait: definition.ackWaitMilliseconds * NANOSECONDS_PER_MILLISECOND,
    max_ack_pending: definition.maxAckPending,
    // The delivery limit is ours to enforce, since a message past the server's own limit would just rest unseen.
    max_deliver: -1,
  };
}

/** Names of the settings in which `actual` differs; a setting the server left out counts as its zero value. */
function differences(wanted: object, actual: object): string[] {
  const present = actual as Record<string, unknown>;
  return Object.entries(wanted)
    .filter(([name, value]) => !isSame(value, present[name]))
    .map(([name]) => name);
}

function isSame(wanted: unknown, actual: unknown): boolean {
  if (actual === undefined) return wanted === 0 || wanted === false || wanted === '';
  return JSON.stringify(wanted) === JSON.stringify(actual);
}

function isApiError(error: unknown, code: number): boolean {
  return error instanceof JetStreamApiError && error.code === code;
}
