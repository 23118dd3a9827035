import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { IdempotencyEntry } from '#libs/contracts';
import { eventually, startNatsForTests, type NatsForTests } from '#libs/testing';
import { MessagingForTests } from '../messaging.fixture.js';
import { IdempotencyBucket } from './idempotency-bucket.js';

const running: IdempotencyEntry = { state: 'running', hash: 'abc', requestId: 'req_12345678' };
const done: IdempotencyEntry = { ...running, state: 'done', status: 200, headers: { 'x-a': 'é' }, parts: 1 };

let nats: NatsForTests;
let processes: MessagingForTests[];
let buckets: IdempotencyBucket[];

beforeAll(async () => {
  nats = await startNatsForTests();
  processes = [await MessagingForTests.open(nats), await MessagingForTests.open(nats)];
  buckets = processes.map(({ parts }) => new IdempotencyBucket(parts.messaging));
});
afterAll(async () => {
  for (const each of processes) await each.close();
  await nats.stop();
});

const bucket = (index = 0): IdempotencyBucket => buckets[index] as IdempotencyBucket;

describe('IdempotencyBucket', () => {
  it('lets one of many make an entry, over all processes', async () => {
    const made = await Promise.all(
      Array.from({ length: 50 }, (_, index) => bucket(index % 2).write('demo.a', running, 0)),
    );

    expect(made.filter((sequence) => sequence !== undefined)).toHaveLength(1);
    expect((await bucket(1).find('demo.a'))?.entry).toEqual(running);
  });

  it('changes an entry only where nobody else has', async () => {
    const first = (await bucket().write('demo.b', running, 0)) ?? 0;
    const second = await bucket().write('demo.b', running, first);

    expect(await bucket(1).write('demo.b', done, first)).toBeUndefined();
    expect(await bucket(1).write('demo.b', done, second ?? 0)).toBeDefined();
    expect((await bucket().find('demo.b'))?.entry).toEqual(done);
  });

  it('knows nothing of what nobody wrote, and takes an entry again after it was removed', async () => {
    expect(await bucket().find('demo.c')).toBeUndefined();
    const sequence = (await bucket().write('demo.c', running, 0)) ?? 0;
    await bucket().remove('demo.c', sequence);
    const removed = await bucket(1).find('demo.c');

    expect(removed).toMatchObject({ entry: undefined });
    expect(await bucket(1).write('demo.c', running, removed?.sequence ?? 0)).toBeDefined();
  });

  it('keeps the bytes of an answer beside its entry', async () => {
    await bucket().writePart('demo.d', 3, Buffer.from([0, 255]));

    expect(Buffer.from((await bucket(1).readPart('demo.d', 3)) ?? [])).toEqual(Buffer.from([0, 255]));
    expect(await bucket().readPart('demo.d', 4)).toBeUndefined();
  });

  it('tells of changes, and of those of its own key alone', async () => {
    let heard = 0;
    const subscription = bucket().watch('demo.e', () => (heard += 1));
    await processes[0]?.parts.link.connection.flush();
    await bucket(1).write('demo.f', running, 0);
    await bucket(1).write('demo.e', running, 0);
    await eventually(() => expect(heard).toBe(1));
    subscription.unsubscribe();
  });
});
