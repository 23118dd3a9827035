import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ConsumerDefinition } from '#libs/contracts';
import { eventually, startNatsForTests, type NatsForTests } from '#libs/testing';
import { z } from 'zod';
import { MessagingForTests, subjectOf } from '../messaging.fixture.js';
import { BatchConsumer, type Decoded } from './batch-consumer.js';

const numberInJson = z.object({ number: z.int() });
type Numbered = z.infer<typeof numberInJson>;
const decodeNumber = (data: Uint8Array): Numbered => numberInJson.parse(JSON.parse(Buffer.from(data).toString()));

class Away extends Error {
  readonly retryable = true;
}

describe('BatchConsumer', () => {
  let nats: NatsForTests;
  let messaging: MessagingForTests;
  let consumer: BatchConsumer | undefined;
  let batches: number[][];

  beforeAll(async () => {
    nats = await startNatsForTests();
    messaging = await MessagingForTests.open(nats);
  });
  afterEach(async () => consumer?.stop());
  afterAll(async () => {
    await messaging?.close();
    await nats?.stop();
  });

  /** Starts a consumer in batches of ten whose handler does `work` with the numbers and then counts them as done. */
  function run(definition: ConsumerDefinition, work: (numbers: number[]) => void | Promise<void>): number[] {
    const done: number[] = [];
    batches = [];
    const handler = async (argument: unknown): Promise<void> => {
      const numbers = (argument as readonly Decoded<Numbered>[]).map(({ value }) => value.number);
      batches.push(numbers);
      await work(numbers);
      done.push(...numbers);
    };
    const binding = { kind: 'batch' as const, consumer: definition, size: 10, decode: decodeNumber };
    consumer = new BatchConsumer(messaging.surroundings, binding, handler);
    consumer.start();
    return done;
  }

  const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
  const bodies = (count: number): string[] => numbers(count).map((number) => JSON.stringify({ number }));

  it('handles everything once, in batches no larger than asked for, and acknowledges it', async () => {
    const definition = await messaging.consumer('plain');
    await messaging.feed('plain', bodies(35));
    const done = run(definition, () => undefined);
    await eventually(() => expect(done).toEqual(numbers(35)));
    expect(Math.max(...batches.map(({ length }) => length))).toBeLessThanOrEqual(10);
    await eventually(async () => expect(await messaging.unsettled(definition)).toBe(0));
  });

  it('buries what does not decode, with its reason, and handles the rest', async () => {
    const definition = await messaging.consumer('undecodable');
    await messaging.feed('undecodable', ['{"number":0}', 'not json', '{"number":"one"}', '{"number":1}']);
    const done = run(definition, () => undefined);
    await eventually(() => expect(done).toEqual([0, 1]));
    await eventually(async () => expect(await messaging.unsettled(definition)).toBe(0));
    const buried = await messaging.buried('undecodable');
    expect(buried.map(({ body }) => body)).toEqual(['not json', '{"number":"one"}']);
    for (const { reason, subject } of buried) {
      expect(reason).toMatch(/^undecodable: /);
      expect(subject).toBe(subjectOf('undecodable'));
    }
  });

  it('tries a failed batch message by message, and buries the one at fault after its limit', async () => {
    const definition = await messaging.consumer('poison', { deliveryLimit: 3 });
    await messaging.feed('poison', bodies(8));
    const done = run(definition, (batch) => {
      if (batch.includes(5)) throw new Error('five is\na defect');
    });
    await eventually(() => expect([...done].toSorted((left, right) => left - right)).toEqual([0, 1, 2, 3, 4, 6, 7]));
    await eventually(async () => expect(await messaging.unsettled(definition)).toBe(0), { withinMilliseconds: 30_000 });
    expect(await messaging.buried('poison')).toEqual([
      { body: '{"number":5}', reason: 'Error: five is a defect', subject: subjectOf('poison'), deliveries: 3 },
    ]);
  });

  it('keeps a batch that an outage refuses, and tries it again as it is until it is done', async () => {
    const definition = await messaging.consumer('outage');
    await messaging.feed('outage', bodies(4));
    let refusals = 3;
    const done = run(definition, () => {
      if (refusals-- > 0) throw new Away('the database is away');
    });
    await eventually(() => expect(done).toEqual(numbers(4)), { withinMilliseconds: 30_000 });
    expect(batches).toEqual(Array.from({ length: 4 }, () => numbers(4)));
    expect(await messaging.buried('outage')).toEqual([]);
  });

  it('gets no message a second time while its batch takes longer than the time for an acknowledgement', async () => {
    const definition = await messaging.consumer('slow', { ackWaitMilliseconds: 1_500 });
    await messaging.feed('slow', bodies(3));
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const begun = Date.now();
    const done = run(definition, () => finished);
    await eventually(() => expect(Date.now() - begun).toBeGreaterThan(4_000));
    finish();
    await eventually(() => expect(done).toEqual(numbers(3)));
    await eventually(async () => expect(await messaging.unsettled(definition)).toBe(0));
    expect(batches).toHaveLength(1);
  });

  it('finishes and acknowledges the batch in hand when it is stopped', async () => {
    const definition = await messaging.consumer('stopping');
    await messaging.feed('stopping', bodies(2));
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const done = run(definition, () => finished);
    await eventually(() => expect(batches).toHaveLength(1));
    const stopped = consumer?.stop();
    finish();
    await stopped;
    expect(done).toEqual([0, 1]);
    await eventually(async () => expect(await messaging.unsettled(definition)).toBe(0));
  });
});
