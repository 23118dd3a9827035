import { Module, type DynamicModule } from '@nestjs/common';
import { SnapshotStore } from './configuration/snapshot-store.js';
import { SnapshotWatch } from './configuration/snapshot-watch.js';
import { MessageAccess, serviceNames, Subject } from '#libs/contracts';
import type { NatsAccess } from './link/nats-access.js';
import { NatsLink, type LinkLog } from './link/nats-link.js';
import { Messaging } from './messaging.js';
import { AtomicBatchPublisher } from './streams/atomic-batch-publisher.js';
import { AnswerCache } from './streams/answer-cache.js';
import { AnswerLog } from './streams/answer-log.js';
import { BodyClaims } from './streams/body-claims.js';
import { KeyBucket } from './streams/key-bucket.js';
import { IdempotencyBucket } from './streams/idempotency-bucket.js';
import { DeadLetters } from './streams/dead-letters.js';
import { LimitBucket } from './streams/limit-bucket.js';
import { HealthBucket } from './streams/live-bucket.js';
import { DurablePublisher } from './streams/durable-publisher.js';
import { OwnTopology } from './streams/own-topology.js';
import { OutageRetry } from './streams/outage-retry.js';
import { StreamState } from './streams/stream-state.js';
import { StreamTrimmer } from './streams/stream-trimmer.js';
import { Topology } from './streams/topology.js';
import { ConsumerLimits } from './transport/consumer-limits.js';
import { NatsStrategy } from './transport/nats-strategy.js';
import { Settlement } from './transport/settlement.js';

/** Everything of one process that speaks NATS, built around its one connection. */
export class MessagingParts {
  readonly messaging: Messaging;
  readonly topology: Topology;
  readonly publisher: DurablePublisher;
  readonly results: AtomicBatchPublisher;
  readonly snapshots: SnapshotStore;
  readonly snapshotWatch: SnapshotWatch;
  readonly health: HealthBucket;
  readonly keys: KeyBucket;
  readonly limits = new ConsumerLimits();
  readonly strategy: NatsStrategy;

  constructor(
    readonly link: NatsLink,
    readonly log: LinkLog,
    serviceName: string,
    access: NatsAccess = {},
  ) {
    this.messaging = new Messaging(link);
    const row = serviceNames.find((name) => name === serviceName);
    const isKept = access.seedFile !== undefined && row !== undefined && !MessageAccess[row].isKeeper;
    this.topology = new Topology(link, log, isKept ? new OwnTopology(this.messaging, MessageAccess[row]) : undefined);
    const retry = (what: string): OutageRetry => new OutageRetry(link, this.topology, log, what);
    this.publisher = new DurablePublisher(this.messaging, retry('messages for streams'));
    this.results = new AtomicBatchPublisher(link, this.messaging, retry('results'));
    this.snapshots = new SnapshotStore(link, this.topology);
    this.snapshotWatch = new SnapshotWatch(link, this.messaging, this.snapshots, log);
    const settlement = new Settlement(this.messaging, this.publisher, log);
    const { topology, limits, messaging } = this;
    this.health = new HealthBucket({ link, messaging, topology, log });
    this.keys = new KeyBucket({ link, messaging, topology, log });
    this.strategy = new NatsStrategy(this.messaging, { link, topology, settlement, limits, log }, serviceName);
  }

  /** Connects and provisions the streams; under an identity, only control's does, and the others wait for it. */
  static async open(url: string, serviceName: string, log: LinkLog, access: NatsAccess = {}): Promise<MessagingParts> {
    const parts = new MessagingParts(await NatsLink.open(url, serviceName, log, access), log, serviceName, access);
    await parts.topology.provisionThroughOutages();
    if (serviceNames.some((row) => row === serviceName && MessageAccess[row].isKeeper))
      keepTopology(parts, serviceName);
    parts.snapshotWatch.start();
    return parts;
  }

  /** Stores what is still gathered, then closes the connection. */
  async close(): Promise<void> {
    this.snapshotWatch.stop();
    this.health.stop();
    this.keys.stop();
    await this.results.drain();
    this.messaging.close();
    await this.link.close();
  }
}

/** Makes what is missing for those whose identity may not, when they ask and whenever the server comes back. */
function keepTopology({ link, messaging, topology, log }: MessagingParts, queue: string): void {
  const provision = async (): Promise<void> => {
    await topology.provision().catch((error: unknown) => log.warn({ error }, 'the streams could not be provisioned'));
  };
  link.on('up', () => void provision());
  messaging.subscribe(
    Subject.topologyProvision,
    ({ reply }) => void provision().then(() => (reply === undefined ? undefined : messaging.publish(reply, '{}'))),
    { queue },
  );
}

/** Makes the parts injectable everywhere in a service. */
@Module({})
export class MessagingModule {
  static for(parts: MessagingParts): DynamicModule {
    const providers = [
      { provide: Messaging, useValue: parts.messaging },
      { provide: DurablePublisher, useValue: parts.publisher },
      { provide: AtomicBatchPublisher, useValue: parts.results },
      { provide: SnapshotStore, useValue: parts.snapshots },
      { provide: SnapshotWatch, useValue: parts.snapshotWatch },
      { provide: HealthBucket, useValue: parts.health },
      { provide: KeyBucket, useValue: parts.keys },
      { provide: StreamState, useValue: new StreamState(parts.link) },
      { provide: StreamTrimmer, useValue: new StreamTrimmer(parts.link) },
      { provide: AnswerCache, useValue: new AnswerCache(parts.messaging) },
      { provide: IdempotencyBucket, useValue: new IdempotencyBucket(parts.messaging) },
      { provide: LimitBucket, useValue: new LimitBucket(parts.messaging) },
      { provide: AnswerLog, useValue: new AnswerLog(parts.messaging) },
      { provide: DeadLetters, useValue: new DeadLetters(parts.link, parts.messaging) },
      { provide: BodyClaims, useValue: new BodyClaims(parts.link) },
      { provide: ConsumerLimits, useValue: parts.limits },
    ];
    return {
      module: MessagingModule,
      global: true,
      providers,
      exports: providers.map(({ provide }) => provide),
    };
  }
}
