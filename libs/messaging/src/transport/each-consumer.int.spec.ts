import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ConsumerDefinition } from '#libs/contracts';
import { eventually, startNatsForTests, type NatsForTests } from '#libs/testing';
import { MessagingForTests, subjectOf } from '../messaging.fixture.js';
import type { StreamMessage } from '../message/stream-message.js';
import { Undeliverable } from '../undeliverable.js';
import { EachConsumer } from './each-consumer.js';

describe('EachConsumer', () => {
  let nats: NatsForTests;
  let messaging: MessagingForTests;
  const started: EachConsumer[] = [];

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

  function run(consumer: ConsumerDefinition, work: (message: StreamMessage) => void | Promise<void>): EachConsumer {
    const binding = { kind: 'each' as const, consumer, concurrency: 4 };
    const handler = async (message: unknown): Promise<void> => work(message as StreamMessage);
    const running = new EachConsumer(messaging.surroundings, binding, handler);
    started.push(running);
    running.start();
    return running;
  }

  const settled = (consumer: ConsumerDefinition): Promise<void> =>
    eventually(async () => expect(await messaging.unsettled(consumer)).toBe(0), { withinMilliseconds: 30_000 });

  it('handles up to its limit at once and never more', async () => {
    const consumer = await messaging.consumer('limited');
    await messaging.feed(
      'limited',
      Array.from({ length: 40 }, (_, index) => `${index}`),
    );
    let [running, most, done] = [0, 0, 0];
    run(consumer, async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      done++;
    });
    await eventually(() => expect(done).toBe(40));
    expect(most).toBe(4);
    await settled(consumer);
  });

  it('takes less while the service lowers the limit', async () => {
    const consumer = await messaging.consumer('lowered');
    let limit = 0;
    messaging.parts.limits.set('lowered', () => limit);
    await messaging.feed('lowered', ['one']);
    const taken: string[] = [];
    run(consumer, (message) => void taken.push(message.text()));
    await eventually(async () => expect(await messaging.unsettled(consumer)).toBe(1));
    expect(taken).toEqual([]);
    limit = 4;
    await eventually(() => expect(taken).toEqual(['one']));
  });

  it('gives other work of the process its turn between messages that are dear to begin', async () => {
    const consumer = await messaging.consumer('dear');
    await messaging.feed(
      'dear',
      Array.from({ length: 40 }, (_, index) => `${index}`),
    );
    let isWatching = true;
    let [turns, done] = [0, 0];
    const others = (): void => {
      turns++;
      if (isWatching) setImmediate(others);
    };
    others();
    const turnsAtBegin = new Set<number>();
    run(consumer, () => {
      for (const until = performance.now() + 3; performance.now() < until;);
      turnsAtBegin.add(turns);
      done++;
    });
    await eventually(() => expect(done).toBe(40)).finally(() => (isWatching = false));
    expect(turnsAtBegin.size).toBe(40);
  });

  it('delivers a failed message again, later each time, and buries it at the limit', async () => {
    const consumer = await messaging.consumer('failing', { deliveryLimit: 3 });
    await messaging.feed('failing', ['bad', 'good']);
    const attempts: number[] = [];
    run(consumer, (message) => {
      if (message.text() === 'good') return;
      attempts.push(message.deliveries);
      throw new Error('bad is bad');
    });
    await settled(consumer);
    expect(attempts).toEqual([1, 2, 3]);
    expect(await messaging.buried('failing')).toEqual([
      { body: 'bad', reason: 'Error: bad is bad', subject: subjectOf('failing'), deliveries: 3 },
    ]);
  });

  it('buries at once what can never be handled', async () => {
    const consumer = await messaging.consumer('hopeless');
    await messaging.feed('hopeless', ['x']);
    run(consumer, () => {
      throw new Undeliverable('no facts');
    });
    await settled(consumer);
    expect(await messaging.buried('hopeless')).toMatchObject([{ reason: 'Undeliverable: no facts', deliveries: 1 }]);
  });

  it('gets again what a process that is gone had taken', async () => {
    const consumer = await messaging.consumer('orphaned', { ackWaitMilliseconds: 1_000 });
    await messaging.feed('orphaned', ['x']);
    const gone = await MessagingForTests.open(nats);
    const taken: StreamMessage[] = [];
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const never = new EachConsumer(gone.surroundings, { kind: 'each', consumer, concurrency: 1 }, async (message) => {
      taken.push(message as StreamMessage);
      await released;
    });
    never.start();
    await eventually(() => expect(taken).toHaveLength(1));
    // Its connection ends without a word, as that of a killed process does.
    await gone.parts.link.connection.close();
    const deliveries: number[] = [];
    run(consumer, (message) => void deliveries.push(message.deliveries));
    await eventually(() => expect(deliveries).toEqual([2]), { withinMilliseconds: 30_000 });
    await settled(consumer);
    release();
    await never.stop();
  });

  it('goes on with what it is given again in the middle, and settles the newest delivery', async () => {
    const consumer = await messaging.consumer('repeated');
    await messaging.feed('repeated', ['x', 'y']);
    const taken: StreamMessage[] = [];
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    run(consumer, async (message) => {
      taken.push(message);
      await finished;
    });
    await eventually(() => expect(taken).toHaveLength(2));
    // What is given again is answered with more time as soon as it is known for what is under way.
    let recognized = 0;
    const { connection } = messaging.parts.link;
    const watch = connection.subscribe('$JS.ACK.>', {
      callback: (_error, { data }) => void (recognized += Buffer.from(data).toString() === '+WPI' ? 1 : 0),
    });
    await connection.flush();
    for (const { reply = '' } of taken) messaging.parts.messaging.publish(reply, '-NAK');
    await eventually(() => expect(recognized).toBeGreaterThanOrEqual(2));
    watch.unsubscribe();
    finish();
    await settled(consumer);
    expect(taken.map((message) => message.text())).toEqual(['x', 'y']);
  });

  it('is not given a message again while its work lasts longer than the time for an acknowledgement', async () => {
    const consumer = await messaging.consumer('lasting', { ackWaitMilliseconds: 1_500 });
    await messaging.feed('lasting', ['x']);
    const begun = Date.now();
    let deliveries = 0;
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    run(consumer, async () => {
      deliveries++;
      await finished;
    });
    await eventually(() => expect(Date.now() - begun).toBeGreaterThan(4_000));
    finish();
    await settled(consumer);
    expect(deliveries).toBe(1);
  });

  it('finishes what it has taken before it stops, and takes nothing more', async () => {
    const consumer = await messaging.consumer('draining');
    await messaging.feed('draining', ['one']);
    const log: string[] = [];
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const running = run(consumer, async (message) => {
      log.push(`begins ${message.text()}`);
      await finished;
      log.push(`ends ${message.text()}`);
    });
    await eventually(() => expect(log).toEqual(['begins one']));
    const stopped = running.stop().then(() => log.push('stopped'));
    await messaging.feed('draining', ['two']);
    finish();
    await stopped;
    expect(log).toEqual(['begins one', 'ends one', 'stopped']);
    await eventually(async () => expect(await messaging.unsettled(consumer)).toBe(1));
  });
});
