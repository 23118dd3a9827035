import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, startNatsForTests, type NatsForTests } from '#libs/testing';
import { MessagingForTests, subjectOf } from '../messaging.fixture.js';
import { EachConsumer } from '../transport/each-consumer.js';
import { DeadLetters } from './dead-letters.js';

const MESSAGES = 1_000;
const POISON = 20;
const DELIVERIES = 2;

let nats: NatsForTests;
let messaging: MessagingForTests;
let letters: DeadLetters;

beforeAll(async () => {
  nats = await startNatsForTests();
  messaging = await MessagingForTests.open(nats);
  letters = new DeadLetters(messaging.parts.link, messaging.parts.publisher);
});
afterAll(async () => {
  await messaging.close();
  await nats.stop();
});

describe('dead letters', () => {
  it('are poison that holds up nobody, are sent again once, and then done by the mended consumer', async () => {
    const definition = await messaging.consumer('poisoned', { deliveryLimit: DELIVERIES });
    const isPoison = (body: string) => Number(body) % (MESSAGES / POISON) === 0;
    let isMended = false;
    const done: string[] = [];
    const consumer = new EachConsumer(
      messaging.surroundings,
      { kind: 'each', consumer: definition, concurrency: 100 },
      async (message) => {
        const body = (message as { text(): string }).text();
        if (isPoison(body) && !isMended) throw new Error(`cannot digest ${body}`);
        done.push(body);
      },
    );
    await messaging.feed(
      'poisoned',
      Array.from({ length: MESSAGES }, (_, index) => String(index)),
    );
    consumer.start();
    await eventually(async () => expect(await messaging.buried('poisoned')).toHaveLength(POISON), {
      withinMilliseconds: 20_000,
    });

    expect(done).toHaveLength(MESSAGES - POISON);
    const found = await letters.list({ after: 0, limit: 100 });
    expect(found).toHaveLength(POISON);
    expect(found[0]).toMatchObject({
      consumer: 'poisoned',
      deliveries: DELIVERIES,
      reason: expect.stringContaining('cannot digest'),
      subject: subjectOf('poisoned'),
    });
    expect((await letters.list({ after: found[4]?.sequence ?? 0, limit: 3 })).map(({ sequence }) => sequence)).toEqual(
      found.slice(5, 8).map(({ sequence }) => sequence),
    );

    isMended = true;
    const [thrownAway, ...rest] = found;
    await letters.discard(thrownAway?.sequence ?? 0);
    for (const { sequence } of rest) await Promise.all([letters.redrive(sequence), letters.redrive(sequence)]);
    await eventually(() => expect(done).toHaveLength(MESSAGES - 1));
    expect(new Set(done).size).toBe(MESSAGES - 1);
    expect(await letters.list({ after: 0, limit: 100 })).toEqual([]);
    expect(await letters.redrive(rest[0]?.sequence ?? 0)).toBeUndefined();
    await consumer.stop();
  }, 60_000);
});
