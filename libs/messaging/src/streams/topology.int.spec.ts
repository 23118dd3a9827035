import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Bucket, Consumer, Stream } from '#libs/contracts';
import { startNatsForTests, type NatsForTests } from '#libs/testing';
import { MessagingForTests } from '../messaging.fixture.js';

describe('Topology', () => {
  let nats: NatsForTests;
  let messaging: MessagingForTests;

  beforeAll(async () => {
    nats = await startNatsForTests();
    messaging = await MessagingForTests.open(nats);
  });
  afterAll(async () => {
    await messaging?.close();
    await nats?.stop();
  });

  const names = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const { config } of (await messaging.manager()).streams.list()) found.push(config.name);
    return found.toSorted();
  };

  it('makes every stream, consumer and bucket of the contracts', async () => {
    const streams = Object.values(Stream).map(({ name }) => name);
    const keyed = Object.values(Bucket).filter(({ name }) => name !== Bucket.bodies.name);
    const buckets = keyed.map(({ name }) => `KV_${name}`);
    expect(await names()).toEqual([...streams, ...buckets, `OBJ_${Bucket.bodies.name}`].toSorted());
    const manager = await messaging.manager();
    for (const { stream, name, ackWaitMilliseconds } of Object.values(Consumer)) {
      expect((await manager.consumers.info(stream, name)).config.ack_wait).toBe(ackWaitMilliseconds * 1_000_000);
    }
  });

  it('changes nothing and says nothing when all is as it should be', async () => {
    messaging.logged.splice(0);
    await messaging.parts.topology.provision();
    expect(messaging.logged).toEqual([]);
  });

  it('may be run by several processes at once on an empty server', async () => {
    const empty = await startNatsForTests();
    try {
      const processes = await Promise.all([1, 2, 3, 4].map(() => MessagingForTests.open(empty)));
      await Promise.all(processes.map((process) => process.close()));
    } finally {
      await empty.stop();
    }
  });

  it('brings settings that differ into line, and says which', async () => {
    const manager = await messaging.manager();
    await manager.streams.update(Stream.results.name, { max_age: 3_600 * 1e9 });
    await manager.consumers.update(Consumer.audit.stream, Consumer.audit.name, { max_ack_pending: 7 });
    const bodies = `OBJ_${Bucket.bodies.name}`;
    await manager.streams.update(bodies, { max_age: 3_600 * 1e9 });
    messaging.logged.splice(0);
    await messaging.parts.topology.provision();
    const { config: ofBodies } = await manager.streams.info(bodies);
    expect(ofBodies.max_age).toBe(Bucket.bodies.maxAgeMilliseconds * 1e6);
    expect(messaging.logged).toEqual([
      'stream differs from the contract; bringing it into line',
      'consumer differs from the contract; bringing it into line',
      'stream differs from the contract; bringing it into line',
    ]);
    const { config } = await manager.streams.info(Stream.results.name);
    expect(config.max_age).toBe(Stream.results.maxAgeMilliseconds * 1_000_000);
    const consumer = await manager.consumers.info(Consumer.audit.stream, Consumer.audit.name);
    expect(consumer.config.max_ack_pending).toBe(Consumer.audit.maxAckPending);
  });

  it('waits at a start for a server that goes away in the middle', async () => {
    await nats.kill();
    const provisioned = messaging.parts.topology.provisionThroughOutages();
    await nats.restart();
    await provisioned;
    expect(await names()).toContain(Stream.results.name);
  });
});
