import { readFile } from 'node:fs/promises';

import { jetstreamManager } from '@nats-io/jetstream';
import { connect, nkeyAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import { Consumer } from '#libs/contracts';

import { violationOf, type Violation } from './violation.js';

/** How far one consumer has come. */
export interface ConsumerState {
  readonly consumer: string;
  readonly pending: number;
  readonly unacknowledged: number;
  /** Deliveries beyond the first of a message, since the stream was made; of consumers that read all of their stream. */
  readonly redelivered: number;
}

/** How all durable consumers stand, and how many messages were buried. */
export interface StreamsState {
  readonly consumers: readonly ConsumerState[];
  readonly deadLetters: number;
}

/** A nats-server, and the seed of an operator's identity there; none where it lets anybody in. */
export interface StreamsView {
  readonly url: string;
  readonly seedFile?: string | undefined;
}

/** Connects as an operator would. */
export async function connectTo({ url, seedFile }: StreamsView): Promise<NatsConnection> {
  const seed = seedFile === undefined ? undefined : (await readFile(seedFile, 'ascii')).trim();
  return connect({
    servers: url,
    reconnect: false,
    timeout: 5_000,
    noAsyncTraces: true,
    ...(seed === undefined ? {} : { authenticator: nkeyAuthenticator(Buffer.from(seed, 'ascii')) }),
  });
}

export async function readStreams(view: StreamsView): Promise<StreamsState> {
  const connection = await connectTo(view);
  try {
    const manager = await jetstreamManager(connection);
    const consumers: ConsumerState[] = [];
    for (const { stream, name } of Object.values(Consumer)) {
      const info = await manager.consumers.info(stream, name);
      consumers.push({
        consumer: name,
        pending: info.num_pending,
        unacknowledged: info.num_ack_pending,
        redelivered:
          name === Consumer.jobs.name ? 0 : Math.max(0, info.delivered.consumer_seq - info.delivered.stream_seq),
      });
    }
    const { state } = await manager.streams.info('DEAD_LETTERS');
    return { consumers, deadLetters: state.messages };
  } finally {
    await connection.close();
  }
}

/** J7: nothing waits in a stream, nothing is out unacknowledged, and nothing more was buried than was meant to be. */
export function checkStreams({ consumers, deadLetters }: StreamsState, expectedDeadLetters = 0): Violation[] {
  const busy = consumers.filter(({ pending, unacknowledged }) => pending > 0 || unacknowledged > 0);
  const letters = deadLetters === expectedDeadLetters ? [] : [{ deadLetters, expectedDeadLetters }];
  return [
    ...violationOf('J7', 'no message waits, and none is out unacknowledged', busy),
    ...violationOf('J7-dead', 'no message was buried but those that were meant to be', letters),
  ];
}
