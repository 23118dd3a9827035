import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import { eventually, startNatsForTests, type NatsForTests } from '#libs/testing';
import { MessagingForTests } from '../messaging.fixture.js';

describe('LiveBucket', () => {
  let nats: NatsForTests;
  let writer: MessagingForTests;
  let reader: MessagingForTests;
  const held = new Map<string, unknown>();

  beforeAll(async () => {
    nats = await startNatsForTests();
    writer = await MessagingForTests.open(nats);
    reader = await MessagingForTests.open(nats);
    await writer.parts.health.change('before', () => ({ here: true }));
    reader.parts.health.onChange((key, value) => (value === undefined ? held.delete(key) : held.set(key, value)));
    reader.parts.health.start();
  });
  afterAll(async () => {
    await writer?.close();
    await reader?.close();
    await nats?.stop();
  });

  it('knows what was written before, hears of what is written, and of what is removed', async () => {
    await eventually(() => expect(held.get('before')).toEqual({ here: true }));
    writer.parts.health.put('observed.w1', { at: 1 });
    await eventually(() => expect(held.get('observed.w1')).toEqual({ at: 1 }));
    writer.parts.health.remove('observed.w1');
    await eventually(() => expect(held.has('observed.w1')).toBe(false));
  });

  it('lets one of several win a change', async () => {
    const claim = (name: string) => (stored: unknown) => (stored === undefined ? { by: name } : undefined);
    const parts = [writer, reader, writer, reader].map(({ parts: { health } }, index) =>
      health.change('breaker.main.bQ', claim(`worker_${index}`)),
    );

    expect((await Promise.all(parts)).filter(Boolean)).toHaveLength(1);
    expect(await reader.parts.health.change('breaker.main.bQ', claim('late'))).toBe(false);
    writer.parts.health.remove('breaker.main.bQ');
    await eventually(() => expect(held.has('breaker.main.bQ')).toBe(false));
    expect(await reader.parts.health.change('breaker.main.bQ', claim('next'))).toBe(true);
  });

  it('lives on where the bucket is lost', async () => {
    const manager = await jetstreamManager(writer.parts.link.connection, { checkAPI: false });
    await manager.streams.delete('KV_health');
    expect(await writer.parts.health.change('after', () => ({ here: 1 }))).toBe(false);
    await writer.parts.topology.provision();
    await eventually(async () => {
      expect(await writer.parts.health.change('after', () => ({ here: 1 }))).toBe(true);
    });
    await eventually(() => expect(held.get('after')).toEqual({ here: 1 }));
  });
});
