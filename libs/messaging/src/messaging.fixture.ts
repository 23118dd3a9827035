import { AckPolicy, DeliverPolicy, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { DeadLetterHeader, Stream, Subject, type ConsumerDefinition } from '#libs/contracts';
import { eventually, type NatsForTests } from '#libs/testing';
import { NatsLink } from './link/nats-link.js';
import { MessagingParts } from './messaging.module.js';
import { Settlement } from './transport/settlement.js';
import type { ConsumerSurroundings } from './transport/each-consumer.js';

/** A dead letter as an operator would read it. */
export interface BuriedMessage {
  readonly body: string;
  readonly reason: string;
  readonly subject: string;
  readonly deliveries: number;
}

/** The subject that feeds the consumer of this name. */
export function subjectOf(name: string): string {
  return Subject.requestEnded('completed', name, 'interactive');
}

/** The messaging parts of one process on a real nats-server, with what they logged. */
export class MessagingForTests {
  private constructor(
    readonly parts: MessagingParts,
    readonly logged: string[],
  ) {}

  static async open(nats: NatsForTests): Promise<MessagingForTests> {
    const logged: string[] = [];
    const keep = (_fields: object, message: string): void => void logged.push(message);
    const log = { info: keep, warn: keep };
    const parts = new MessagingParts(await NatsLink.open(nats.url, 'test', log), log, 'test');
    await parts.topology.provision();
    return new MessagingForTests(parts, logged);
  }

  /** What a consumer needs around it. */
  get surroundings(): ConsumerSurroundings {
    const { link, topology, limits, log, messaging, publisher } = this.parts;
    return { link, topology, limits, log, settlement: new Settlement(messaging, publisher, log) };
  }

  manager(): Promise<JetStreamManager> {
    return jetstreamManager(this.parts.link.connection, { checkAPI: false });
  }

  /** Creates a consumer of its own for a test, with the times that the test wants. */
  async consumer(name: string, changes: Partial<ConsumerDefinition> = {}): Promise<ConsumerDefinition> {
    const definition = {
      stream: Stream.results.name,
      name,
      description: 'of a test',
      filterSubjects: [subjectOf(name)],
      ackWaitMilliseconds: 30_000,
      deliveryLimit: 3,
      maxAckPending: 1_000,
      ...changes,
    };
    await (
      await this.manager()
    ).consumers.add(definition.stream, {
      durable_name: name,
      filter_subjects: [...definition.filterSubjects],
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: definition.ackWaitMilliseconds * 1_000_000,
      max_ack_pending: definition.maxAckPending,
      max_deliver: -1,
    });
    return definition;
  }

  /** Stores messages for a consumer made by `consumer`, in their order; resolves when the consumer knows of them. */
  async feed(name: string, bodies: readonly string[]): Promise<void> {
    let before = 0;
    // After an outage the server is asked again until it answers.
    const within = { withinMilliseconds: 30_000 };
    await eventually(async () => void (before = await this.heardOf(name)), within);
    for (const body of bodies) await this.parts.publisher.publish(subjectOf(name), body);
    await eventually(async () => {
      if ((await this.heardOf(name)) < before + bodies.length)
        throw new Error(`${name} has not heard of all it is fed`);
    }, within);
  }

  /** A stream acknowledges what it stores before its consumers hear of it. */
  private async heardOf(name: string): Promise<number> {
    const { num_pending, delivered } = await (await this.manager()).consumers.info(Stream.results.name, name);
    return num_pending + delivered.consumer_seq;
  }

  /** What a consumer's user has not settled yet, and what it has not got yet. */
  async unsettled(consumer: ConsumerDefinition): Promise<number> {
    const information = await (await this.manager()).consumers.info(consumer.stream, consumer.name);
    return information.num_pending + information.num_ack_pending;
  }

  /** The dead letters of a consumer, oldest first. */
  async buried(name: string): Promise<BuriedMessage[]> {
    const manager = await this.manager();
    const { state } = await manager.streams.info(Stream.deadLetters.name);
    const found: BuriedMessage[] = [];
    for (let sequence = state.first_seq; sequence > 0 && sequence <= state.last_seq; sequence++) {
      const message = await manager.streams.getMessage(Stream.deadLetters.name, { seq: sequence });
      if (message?.subject !== `message.buried.v1.${name}`) continue;
      found.push({
        body: message.string(),
        reason: message.header.get(DeadLetterHeader.reason),
        subject: message.header.get(DeadLetterHeader.subject),
        deliveries: Number(message.header.get(DeadLetterHeader.deliveries)),
      });
    }
    return found;
  }

  close(): Promise<void> {
    return this.parts.close();
  }
}
