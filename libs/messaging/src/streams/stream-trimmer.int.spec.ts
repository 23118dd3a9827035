import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { jetstream } from '@nats-io/jetstream';
import { Consumer, Stream, Subject, type ConsumerDefinition } from '#libs/contracts';
import { eventually, startNatsForTests, type NatsForTests } from '#libs/testing';
import type { NatsLink } from '../link/nats-link.js';
import { MessagingForTests } from '../messaging.fixture.js';
import { StreamTrimmer } from './stream-trimmer.js';

const EVERY_SIZE = 0;

describe('StreamTrimmer', () => {
  let nats: NatsForTests;
  let messaging: MessagingForTests;
  let trimmer: StreamTrimmer;

  beforeEach(async () => {
    nats = await startNatsForTests();
    messaging = await MessagingForTests.open(nats);
    trimmer = new StreamTrimmer(messaging.parts.link);
  });
  afterEach(async () => {
    await messaging?.close();
    await nats?.stop();
  });

  const trim = () => trimmer.trim(Stream.results, EVERY_SIZE);

  async function store(count: number, lane: 'interactive' | 'durable' = 'durable'): Promise<void> {
    const subject = Subject.requestEnded('completed', 'demo', lane);
    for (let index = 0; index < count; index++) await messaging.parts.publisher.publish(subject, `${index}`);
  }

  /** Takes messages as a consumer's service does and settles all of them but those at `spared`. */
  async function settle(definition: ConsumerDefinition, count: number, spared: readonly number[] = []): Promise<void> {
    const consumer = await jetstream(messaging.parts.link.connection).consumers.get(definition.stream, definition.name);
    for await (const message of await consumer.fetch({ max_messages: count, expires: 5_000 })) {
      if (!spared.includes(message.seq)) await message.ackAck();
    }
  }

  /** A trimmer that does `work` right after it was told how far a consumer is. */
  function trimmerInterruptedAfter({ stream, name }: ConsumerDefinition, work: () => Promise<void>): StreamTrimmer {
    const connection = new Proxy(messaging.parts.link.connection, {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property);
        if (typeof value !== 'function') return value;
        if (property !== 'request') return value.bind(target);
        return async (...request: Parameters<typeof target.request>) => {
          const reply = await target.request(...request);
          if (request[0] === `$JS.API.CONSUMER.INFO.${stream}.${name}`) await work();
          return reply;
        };
      },
    });
    return new StreamTrimmer({ connection } as NatsLink);
  }

  async function kept(): Promise<{ first: number; last: number; messages: number }> {
    const { state } = await (await messaging.manager()).streams.info(Stream.results.name);
    return { first: state.first_seq, last: state.last_seq, messages: state.messages };
  }

  it('keeps the last message that all have settled, and all after it', async () => {
    await store(10);
    await settle(Consumer.billing, 10);
    await settle(Consumer.audit, 4);
    await settle(Consumer.jobs, 7);
    expect(await trim()).toEqual({ purgedMessages: 3, keptFromSequence: 4 });
    expect(await kept()).toEqual({ first: 4, last: 10, messages: 7 });
    expect(await messaging.unsettled(Consumer.audit)).toBe(6);
    expect(await trim()).toBeUndefined();
  });

  it('does not wait for a consumer that nothing concerned', async () => {
    await store(10, 'interactive');
    await settle(Consumer.billing, 10);
    await settle(Consumer.audit, 10);
    expect(await trim()).toEqual({ purgedMessages: 9, keptFromSequence: 10 });
  });

  it('keeps a message that was delivered and never settled, and all after it', async () => {
    await store(10);
    await settle(Consumer.billing, 10, [3]);
    await settle(Consumer.audit, 10);
    await settle(Consumer.jobs, 10);
    expect(await trim()).toEqual({ purgedMessages: 1, keptFromSequence: 2 });
    expect(await kept()).toMatchObject({ first: 2, messages: 9 });
  });

  it('takes nothing while a consumer has settled nothing', async () => {
    await store(5);
    await settle(Consumer.billing, 5);
    await settle(Consumer.jobs, 5);
    expect(await trim()).toBeUndefined();
    expect(await kept()).toMatchObject({ messages: 5 });
  });

  it('takes nothing while a consumer is missing', async () => {
    await store(5, 'interactive');
    await settle(Consumer.billing, 5);
    await settle(Consumer.audit, 5);
    await (await messaging.manager()).consumers.delete(Stream.results.name, Consumer.jobs.name);
    expect(await trim()).toBeUndefined();
    expect(await kept()).toMatchObject({ messages: 5 });
  });

  it('takes nothing from a stream that is small, empty, or read by nobody', async () => {
    expect(await trim()).toBeUndefined();
    await store(5, 'interactive');
    await settle(Consumer.billing, 5);
    await settle(Consumer.audit, 5);
    expect(await trimmer.trim(Stream.results)).toBeUndefined();
    expect(await kept()).toMatchObject({ messages: 5 });
    await messaging.parts.publisher.publish(Subject.deadLetter('billing'), 'x');
    expect(await trimmer.trim(Stream.deadLetters, EVERY_SIZE)).toBeUndefined();
  });

  it('keeps what was stored after it had asked the first consumer, though the others have settled it', async () => {
    await store(5);
    for (const consumer of [Consumer.billing, Consumer.audit, Consumer.jobs]) await settle(consumer, 5);
    const interrupted = trimmerInterruptedAfter(Consumer.billing, async () => {
      await store(5);
      await settle(Consumer.audit, 5);
      await settle(Consumer.jobs, 5);
    });
    expect(await interrupted.trim(Stream.results, EVERY_SIZE)).toEqual({ purgedMessages: 4, keptFromSequence: 5 });
    expect(await messaging.unsettled(Consumer.billing)).toBe(5);
    expect(await kept()).toEqual({ first: 5, last: 10, messages: 6 });
  });

  it('takes nothing from a stream that has taken the place of the one it looked at', async () => {
    await store(8);
    for (const consumer of [Consumer.billing, Consumer.audit, Consumer.jobs]) await settle(consumer, 8);
    const interrupted = trimmerInterruptedAfter(Consumer.jobs, async () => {
      await (await messaging.manager()).streams.delete(Stream.results.name);
      await messaging.parts.topology.provision();
      await store(3);
    });
    expect(await interrupted.trim(Stream.results, EVERY_SIZE)).toBeUndefined();
    expect(await kept()).toEqual({ first: 1, last: 3, messages: 3 });
  });

  it('hides no message from any consumer while it trims a stream that is written and read', async () => {
    const total = 400;
    const seen = new Map<string, Set<number>>();
    const readers = [Consumer.billing, Consumer.audit, Consumer.jobs].map(async ({ stream, name }) => {
      const sequences = new Set<number>();
      seen.set(name, sequences);
      const consumer = await jetstream(messaging.parts.link.connection).consumers.get(stream, name);
      for await (const message of await consumer.consume({ max_messages: 20 })) {
        sequences.add(message.seq);
        message.ack();
        if (sequences.size === total) break;
      }
    });
    let purged = 0;
    const done = new AbortController();
    const trimming = (async () => {
      while (!done.signal.aborted) purged += (await trim())?.purgedMessages ?? 0;
    })();
    await store(total);
    await Promise.all(readers);
    done.abort();
    await trimming;
    expect(purged).toBeGreaterThan(0);
    expect([...seen.values()].map(({ size }) => size)).toEqual([total, total, total]);
    await eventually(async () => {
      await trim();
      expect(await kept()).toEqual({ first: total, last: total, messages: 1 });
    });
  });
});
