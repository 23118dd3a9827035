import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { ConsumerDefinition } from '#libs/contracts';
import type { NatsLink } from '../link/nats-link.js';

/** How much a consumer still has before it: messages not yet delivered, and delivered ones not yet settled. */
export interface ConsumerBacklog {
  pending: number;
  ackPending: number;
}

/** Reads how far consumers are. */
export class StreamState {
  private manager: JetStreamManager | undefined;

  constructor(private readonly link: NatsLink) {}

  /** @throws where JetStream does not answer or the consumer does not exist. */
  async pending(consumer: ConsumerDefinition): Promise<ConsumerBacklog> {
    this.manager ??= await jetstreamManager(this.link.connection, { checkAPI: false });
    const information = await this.manager.consumers.info(consumer.stream, consumer.name);
    return { pending: information.num_pending, ackPending: information.num_ack_pending };
  }
}
