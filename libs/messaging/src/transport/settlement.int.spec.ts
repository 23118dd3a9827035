import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DeadLetterHeader, MessageHeader, Stream, StreamHeader, type ConsumerDefinition } from '#libs/contracts';
import { metrics } from '#libs/telemetry';
import { eventually, startNatsForTests, type NatsForTests } from '#libs/testing';
import { MessagingForTests, subjectOf } from '../messaging.fixture.js';
import { Undeliverable } from '../undeliverable.js';
import { BatchConsumer } from './batch-consumer.js';
import { EachConsumer } from './each-consumer.js';

interface Readable {
  read(): { points: readonly { attributes: object; value?: number }[] };
}

/** What an instrument has counted for a consumer, by the other labels. */
function counted(instrument: Readable, consumer: string): Record<string, number | undefined> {
  const points = instrument.read().points.map(({ attributes, value }) => ({ labels: { ...attributes }, value }));
  const own = points.filter(({ labels }) => 'consumer' in labels && labels.consumer === consumer);
  return Object.fromEntries(own.map(({ labels, value }) => ['reason' in labels ? labels.reason : 'all', value]));
}

describe('settling', () => {
  let nats: NatsForTests;
  let messaging: MessagingForTests;
  const started: { stop(): Promise<void> }[] = [];

  beforeAll(async () => {
    nats = await startNatsForTests();
    messaging = await MessagingForTests.open(nats);
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((consumer) => consumer.stop()));
  });
  afterAll(async () => {
    await messaging?.close();
    await nats?.stop();
  });

  function runEach(consumer: ConsumerDefinition, work: (text: string) => void): void {
    const handler = async (message: unknown): Promise<void> => work((message as { text(): string }).text());
    const running = new EachConsumer(messaging.surroundings, { kind: 'each', consumer, concurrency: 4 }, handler);
    started.push(running);
    running.start();
  }

  function runBatches(consumer: ConsumerDefinition, work: (size: number) => void): void {
    const handler = async (batch: unknown): Promise<void> => work((batch as unknown[]).length);
    const binding = {
      kind: 'batch' as const,
      consumer,
      size: 4,
      decode: (data: Uint8Array): unknown => JSON.parse(Buffer.from(data).toString()),
    };
    const running = new BatchConsumer(messaging.surroundings, binding, handler);
    started.push(running);
    running.start();
  }

  const settled = (consumer: ConsumerDefinition): Promise<void> =>
    eventually(async () => expect(await messaging.unsettled(consumer)).toBe(0), { withinMilliseconds: 30_000 });

  async function lastDeadLetter(): Promise<Record<string, string>> {
    const manager = await messaging.manager();
    const { state } = await manager.streams.info(Stream.deadLetters.name);
    const message = await manager.streams.getMessage(Stream.deadLetters.name, { seq: state.last_seq });
    return Object.fromEntries([...(message?.header ?? [])].map(([name, [value]]) => [name, value ?? '']));
  }

  it('buries a message with its own headers besides ours, without those of its stream', async () => {
    const consumer = await messaging.consumer('headers');
    await messaging.parts.publisher.publish(subjectOf('headers'), 'x', {
      messageId: randomUUID(),
      headers: {
        [MessageHeader.facts]: '{"organization":"zürich"}',
        [MessageHeader.traceParent]: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        [DeadLetterHeader.reason]: 'of an earlier burial',
        'Nats-Expected-Stream': Stream.results.name,
      },
    });
    runEach(consumer, () => {
      throw new Undeliverable('no use');
    });
    await settled(consumer);
    const { [DeadLetterHeader.sequence]: sequence, ...others } = await lastDeadLetter();
    expect(Number(sequence)).toBeGreaterThan(0);
    expect(others).toEqual({
      [MessageHeader.facts]: '{"organization":"zürich"}',
      [MessageHeader.traceParent]: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      [DeadLetterHeader.reason]: 'Undeliverable: no use',
      [DeadLetterHeader.subject]: subjectOf('headers'),
      [DeadLetterHeader.stream]: Stream.results.name,
      [DeadLetterHeader.consumer]: 'headers',
      [DeadLetterHeader.deliveries]: '1',
      [DeadLetterHeader.kind]: 'undeliverable',
      [DeadLetterHeader.errorClass]: 'Undeliverable',
      [DeadLetterHeader.stackHash]: expect.stringMatching(/^[0-9a-f]{12}$/),
      [StreamHeader.messageId]: `${Stream.results.name}:headers:${sequence}`,
    });
  });

  it('counts what each consumer handled, what failed and what was buried', async () => {
    const consumer = await messaging.consumer('counted-each', { deliveryLimit: 2 });
    await messaging.feed('counted-each', ['good', 'hopeless', 'bad', 'good']);
    runEach(consumer, (text) => {
      if (text === 'hopeless') throw new Undeliverable('no use');
      if (text === 'bad') throw new Error('bad is bad');
    });
    await settled(consumer);
    expect(counted(metrics.consumerProcessed, 'counted-each')).toEqual({ all: 2 });
    expect(counted(metrics.consumerFailed, 'counted-each')).toEqual({ all: 1 });
    expect(counted(metrics.deadLetters, 'counted-each')).toEqual({ undeliverable: 1, delivery_limit: 1 });
    expect(counted(metrics.consumerLag, 'counted-each')).toEqual({ all: 0 });
  });

  it('counts by message what a consumer in batches handled, tried again and buried', async () => {
    const consumer = await messaging.consumer('counted-batch');
    await messaging.feed('counted-batch', ['0', '1', 'undecodable', '2']);
    let outages = 1;
    runBatches(consumer, () => {
      if (outages-- > 0) throw Object.assign(new Error('the database is away'), { retryable: true });
    });
    await settled(consumer);
    expect(counted(metrics.consumerProcessed, 'counted-batch')).toEqual({ all: 3 });
    expect(counted(metrics.consumerFailed, 'counted-batch')).toEqual({ all: 3 });
    expect(counted(metrics.deadLetters, 'counted-batch')).toEqual({ undecodable: 1 });
  });

  it('shows how many messages wait behind the batch in hand', async () => {
    const consumer = await messaging.consumer('lagging', { maxAckPending: 4 });
    await messaging.feed('lagging', ['0', '1', '2', '3', '4', '5', '6']);
    let isAway = true;
    runBatches(consumer, () => {
      if (isAway) throw Object.assign(new Error('the database is away'), { retryable: true });
    });
    await eventually(() => expect(counted(metrics.consumerLag, 'lagging')).toEqual({ all: 3 }));
    isAway = false;
    await settled(consumer);
    expect(counted(metrics.consumerLag, 'lagging')).toEqual({ all: 0 });
  });
});
