import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Stream } from '#libs/contracts';
import { eventually, startNatsForTests, type NatsForTests } from '#libs/testing';
import { MessagingForTests } from '../messaging.fixture.js';
import { StreamState } from './stream-state.js';

let nats: NatsForTests;
let messaging: MessagingForTests;

beforeAll(async () => {
  nats = await startNatsForTests();
  messaging = await MessagingForTests.open(nats);
});
afterAll(async () => {
  await messaging.close();
  await nats.stop();
});

describe('the state of a stream', () => {
  it('tells up to where a consumer has settled, and that one with nothing before it has settled all', async () => {
    const state = new StreamState(messaging.parts.link);
    const before = Date.now();
    const consumer = await messaging.consumer('slow');
    expect(await state.settledUpTo(consumer)).toBe(Infinity);
    await messaging.feed('slow', ['one', 'two']);
    expect(await state.settledUpTo(consumer)).toBe(0);
    const manager = await messaging.manager();
    const pulled = await manager.jetstream().consumers.get(consumer.stream, consumer.name);
    (await pulled.next())?.ack();
    await eventually(async () => expect(await state.settledUpTo(consumer)).toBe(1));
    expect(await state.madeAt(Stream.results)).toBeLessThanOrEqual(before + 60_000);
    expect(await state.madeAt(Stream.results)).toBeGreaterThan(before - 600_000);
  });

  it('tells how full the stream of a consumer is', async () => {
    const state = new StreamState(messaging.parts.link);
    const consumer = await messaging.consumer('filling');
    const manager = await messaging.manager();
    await manager.streams.update(consumer.stream, { max_bytes: 20_000 });
    const empty = await state.spool(consumer);
    expect(empty.filled).toBeLessThan(0.1);
    expect(empty.hasNothingLeft).toBe(true);
    await messaging.feed(
      'filling',
      ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(4_000)),
    );
    const { filled, hasNothingLeft } = await state.spool(consumer);
    expect(filled).toBeGreaterThan(0.8);
    expect(filled).toBeLessThan(1);
    expect(hasNothingLeft).toBe(false);
  });
});
