import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Stream } from '#libs/contracts';
import { startNatsForTests, type NatsForTests } from '#libs/testing';
import { MessagingForTests, subjectOf } from '../messaging.fixture.js';

const SUBJECT = subjectOf('demo');

describe('AtomicBatchPublisher', () => {
  let nats: NatsForTests;
  let messaging: MessagingForTests;

  beforeEach(async () => {
    nats = await startNatsForTests();
    messaging = await MessagingForTests.open(nats);
  });
  afterEach(async () => {
    await messaging?.close();
    await nats?.stop();
  });

  /** Every stored text and how often it is there. */
  async function stored(): Promise<Map<string, number>> {
    const manager = await messaging.manager();
    const { state } = await manager.streams.info(Stream.results.name);
    const counts = new Map<string, number>();
    for (let sequence = state.first_seq; sequence > 0 && sequence <= state.last_seq; sequence++) {
      const text = (await manager.streams.getMessage(Stream.results.name, { seq: sequence }))?.string() ?? '';
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    return counts;
  }

  const texts = (count: number): string[] => Array.from({ length: count }, (_, index) => `event ${index}`);
  const publish = (text: string): Promise<void> => messaging.parts.results.publish(SUBJECT, text);

  it('stores each message once, in the order given', async () => {
    await Promise.all(texts(1_200).map(publish));
    const found = await stored();
    expect([...found.keys()]).toEqual(texts(1_200));
    expect(new Set(found.values())).toEqual(new Set([1]));
  });

  it('loses nothing when the server is killed in the middle', async () => {
    const publishing: Promise<void>[] = [];
    const killed: Promise<void>[] = [];
    for (const [index, text] of texts(600).entries()) {
      publishing.push(publish(text));
      if (index === 300) killed.push(nats.kill().then(() => nats.restart()));
      if (index % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all([...killed, ...publishing]);
    expect(new Set((await stored()).keys())).toEqual(new Set(texts(600)));
  });

  it('makes the stream again when it is gone', async () => {
    await (await messaging.manager()).streams.delete(Stream.results.name);
    await Promise.all(texts(10).map(publish));
    expect([...(await stored()).keys()]).toEqual(texts(10));
  });

  it('refuses a message that is too large, and stores those gathered with it', async () => {
    const tooLarge = 'x'.repeat(messaging.parts.messaging.maxMessageBytes + 1);
    const tooLargeForStream = 'y'.repeat(Stream.results.maxMessageBytes + 1);
    const outcomes = await Promise.allSettled(['before', tooLarge, 'between', tooLargeForStream, 'after'].map(publish));
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(outcomes[1]).toMatchObject({ reason: { code: 'refused', retryable: false } });
    expect([...(await stored()).keys()].toSorted()).toEqual(['after', 'before', 'between']);
  });

  it('has everything stored when it has drained', async () => {
    const publishing = texts(20).map(publish);
    await messaging.parts.results.drain();
    expect(messaging.parts.results.backlog).toBe(0);
    await Promise.all(publishing);
    expect([...(await stored()).keys()]).toEqual(texts(20));
  });
});
