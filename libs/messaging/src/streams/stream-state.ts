import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { ConsumerDefinition, StreamDefinition } from '#libs/contracts';
import type { NatsLink } from '../link/nats-link.js';

/** Where a consumer's stream ends, and up to where the consumer has settled everything, as sequences of the stream. */
export interface ConsumerProgress {
  lastSequence: number;
  settledSequence: number;
  /** When the stream was made, in milliseconds since the epoch: positions in one that was made again are others. */
  streamMadeAt: number;
  /** Whether the consumer had nothing before it: neither to be delivered nor to be settled. */
  hasNothingLeft: boolean;
}

/** Reads how far consumers are. */
export class StreamState {
  private manager: JetStreamManager | undefined;

  constructor(private readonly link: NatsLink) {}

  /**
   * Up to which position of its stream a consumer has settled everything; endless where it had nothing before it when it was asked.
   * @throws where JetStream does not answer or the consumer does not exist.
   */
  async settledUpTo(consumer: ConsumerDefinition): Promise<number> {
    this.manager ??= await jetstreamManager(this.link.connection, { checkAPI: false });
    const information = await this.manager.consumers.info(consumer.stream, consumer.name);
    const isDone = information.num_pending === 0 && information.num_ack_pending === 0;
    return isDone ? Infinity : information.ack_floor.stream_seq;
  }

  /** When a stream was made, in milliseconds since the epoch: what was in it before then is lost. @throws as above. */
  async madeAt(stream: Pick<StreamDefinition, 'name'>): Promise<number> {
    this.manager ??= await jetstreamManager(this.link.connection, { checkAPI: false });
    return Date.parse((await this.manager.streams.info(stream.name)).created);
  }

  /**
   * How full a consumer's stream is, from 0 to 1, and up to where the consumer has settled everything.
   * @throws where JetStream does not answer, or the stream or the consumer does not exist.
   */
  async spool(
    consumer: ConsumerDefinition,
  ): Promise<{ filled: number; settledSequence: number; hasNothingLeft: boolean }> {
    this.manager ??= await jetstreamManager(this.link.connection, { checkAPI: false });
    const { state, config } = await this.manager.streams.info(consumer.stream);
    const { settledSequence, hasNothingLeft } = await this.progress(consumer);
    return { filled: config.max_bytes > 0 ? state.bytes / config.max_bytes : 0, settledSequence, hasNothingLeft };
  }

  /** @throws where JetStream does not answer, or the stream or the consumer does not exist. */
  async progress(consumer: ConsumerDefinition): Promise<ConsumerProgress> {
    this.manager ??= await jetstreamManager(this.link.connection, { checkAPI: false });
    // The stream first: what it gets in between is not taken for settled.
    const { state, created } = await this.manager.streams.info(consumer.stream);
    const { num_pending, num_ack_pending, ack_floor } = await this.manager.consumers.info(
      consumer.stream,
      consumer.name,
    );
    const hasNothingLeft = num_pending === 0 && num_ack_pending === 0;
    return {
      lastSequence: state.last_seq,
      settledSequence: hasNothingLeft ? state.last_seq : ack_floor.stream_seq,
      streamMadeAt: Date.parse(created),
      hasNothingLeft,
    };
  }
}
