import {
  JetStreamApiError,
  jetstreamManager,
  type ConsumerInfo,
  type JetStreamManager,
  type StreamInfo,
} from '@nats-io/jetstream';
import { Consumer, type StreamDefinition } from '#libs/contracts';
import type { NatsLink } from '../link/nats-link.js';

const CONSUMER_NOT_FOUND = 10_014;

/** A stream smaller than this is left as it is: its last messages may help somebody who looks for a cause. */
const TRIM_ABOVE_BYTES = 1024 ** 3;

/** What a trim took away. */
export interface TrimmedStream {
  readonly purgedMessages: number;
  /** The oldest sequence that may still be in the stream. */
  readonly keptFromSequence: number;
}

/**
 * Frees the space of messages that every durable consumer of a stream has settled. It makes room in streams that are kept by
 * age and refuse when full, and takes nothing that somebody has yet to read, however long that is away. Consumers are those
 * of the contracts; one that an operator added by hand is not waited for.
 */
export class StreamTrimmer {
  private manager: JetStreamManager | undefined;

  constructor(private readonly link: NatsLink) {}

  /**
   * Purges what all consumers have settled; undefined where nothing was purged: the stream is smaller than `aboveBytes`, has
   * no consumer, lacks one, or holds nothing that all have settled.
   * @throws where JetStream does not answer or the stream does not exist.
   */
  async trim(stream: StreamDefinition, aboveBytes = TRIM_ABOVE_BYTES): Promise<TrimmedStream | undefined> {
    this.manager ??= await jetstreamManager(this.link.connection, { checkAPI: false });
    // Read before the consumers: what is stored after this moment is nobody's to take.
    const before = await this.manager.streams.info(stream.name);
    if (before.state.bytes < aboveBytes) return undefined;
    const floor = await this.settledByAll(this.manager, stream, before.state.last_seq);
    // A purge up to 0 would be a purge of everything.
    if (floor === undefined || floor <= before.state.first_seq) return undefined;
    // A floor of a stream that was wiped in between says nothing of the one that has taken its place.
    if (!isSameStream(before, await this.manager.streams.info(stream.name))) return undefined;
    const { purged } = await this.manager.streams.purge(stream.name, { seq: floor });
    return purged === 0 ? undefined : { purgedMessages: purged, keptFromSequence: floor };
  }

  private async settledByAll(
    manager: JetStreamManager,
    stream: StreamDefinition,
    lastSequence: number,
  ): Promise<number | undefined> {
    const names = Object.values(Consumer)
      .filter((consumer) => consumer.stream === stream.name)
      .map(({ name }) => name);
    const floors: number[] = [];
    for (const name of names) {
      const information = await findConsumer(manager, stream, name);
      if (information === undefined) return undefined;
      floors.push(settledBy(information, lastSequence));
    }
    return floors.length === 0 ? undefined : Math.min(...floors);
  }
}

/**
 * Up to where a consumer has settled everything. One that reads few of the subjects acknowledges seldom, so its floor stays far
 * behind; but once nothing waits for it, all that was stored before concerns it no more.
 */
function settledBy(consumer: ConsumerInfo, lastSequence: number): number {
  const hasNothingLeft = consumer.num_pending === 0 && consumer.num_ack_pending === 0;
  return hasNothingLeft ? lastSequence : consumer.ack_floor.stream_seq;
}

async function findConsumer(
  manager: JetStreamManager,
  stream: StreamDefinition,
  name: string,
): Promise<ConsumerInfo | undefined> {
  try {
    return await manager.consumers.info(stream.name, name);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === CONSUMER_NOT_FOUND) return undefined;
    throw error;
  }
}

function isSameStream(before: StreamInfo, after: StreamInfo): boolean {
  return before.created === after.created && after.state.last_seq >= before.state.last_seq;
}
