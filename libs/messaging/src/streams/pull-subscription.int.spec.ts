import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Consumer, type ConsumerDefinition } from '#libs/contracts';
import { eventually, startNatsForTests, type NatsForTests } from '#libs/testing';
import { MessagingForTests } from '../messaging.fixture.js';
import { PullSubscription } from './pull-subscription.js';

const AFTER_AN_OUTAGE = { withinMilliseconds: 30_000 };

describe('PullSubscription', () => {
  let nats: NatsForTests;
  let messaging: MessagingForTests;
  let pull: PullSubscription;
  let taken: string[];
  let room: number;

  beforeEach(async () => {
    nats = await startNatsForTests();
    messaging = await MessagingForTests.open(nats);
    taken = [];
    room = 100;
  });
  afterEach(async () => {
    pull?.stop();
    await messaging?.close();
    await nats?.stop();
  });

  /** A user with room for so many messages, who keeps what comes and settles it at once. */
  function follow(consumer: ConsumerDefinition): void {
    const { link, topology, log, settlement } = messaging.surroundings;
    pull = new PullSubscription(link, topology, log, consumer, {
      capacity: () => room - taken.length,
      onMessage: (message) => {
        taken.push(message.text());
        settlement.acknowledge(message);
      },
    });
    pull.start();
  }

  const numbered = (from: number, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `message ${from + index}`);

  it('hands over what waits, never more than there is room for, and goes on when there is room again', async () => {
    const consumer = await messaging.consumer('roomy');
    await messaging.feed('roomy', numbered(0, 150));
    follow(consumer);
    await eventually(() => expect(taken).toEqual(numbered(0, 100)));
    await eventually(async () => expect(await messaging.unsettled(consumer)).toBe(50));
    expect(taken).toHaveLength(100);
    room = 200;
    pull.refill();
    await eventually(() => expect(taken).toEqual(numbered(0, 150)));
  });

  it('gets a message that is stored while it waits', async () => {
    follow(await messaging.consumer('waiting'));
    await messaging.feed('waiting', ['first']);
    await eventually(() => expect(taken).toEqual(['first']));
    await messaging.feed('waiting', ['second']);
    await eventually(() => expect(taken).toEqual(['first', 'second']));
  });

  it('goes on after a kill -9 of the server', async () => {
    follow(await messaging.consumer('killed'));
    await messaging.feed('killed', ['before']);
    await eventually(() => expect(taken).toEqual(['before']));
    await nats.kill();
    await nats.restart();
    await messaging.feed('killed', ['after']);
    await eventually(() => expect(taken.at(-1)).toBe('after'), AFTER_AN_OUTAGE);
  });

  it('makes streams and consumer again when the store was wiped', async () => {
    follow(Consumer.router);
    await messaging.parts.publisher.publish('request.accepted.v1.durable.normal', 'before');
    await eventually(() => expect(taken).toEqual(['before']));
    const manager = await messaging.manager();
    for (const { config } of await manager.streams.list().next()) await manager.streams.delete(config.name);
    await eventually(async () => {
      expect((await manager.consumers.info(Consumer.router.stream, Consumer.router.name)).name).toBe('router');
    }, AFTER_AN_OUTAGE);
    await messaging.parts.publisher.publish('request.accepted.v1.durable.normal', 'after');
    await eventually(() => expect(taken).toEqual(['before', 'after']), AFTER_AN_OUTAGE);
  }, 60_000);

  it('hands over nothing more once it is stopped', async () => {
    const consumer = await messaging.consumer('stopped');
    follow(consumer);
    await messaging.feed('stopped', ['one']);
    await eventually(() => expect(taken).toEqual(['one']));
    pull.stop();
    await messaging.feed('stopped', ['two']);
    await eventually(async () => expect(await messaging.unsettled(consumer)).toBe(1));
    expect(taken).toEqual(['one']);
  });
});
