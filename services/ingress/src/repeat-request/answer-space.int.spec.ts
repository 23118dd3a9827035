import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IdempotencyBucket, MessagingParts } from '#libs/messaging';
import { createLogger } from '#libs/telemetry';
import { startNatsForTests, type NatsForTests } from '#libs/testing';
import { AnswerSpace } from './answer-space.js';

let nats: NatsForTests;
let messaging: MessagingParts;
const spaces = (): [AnswerSpace, AnswerSpace] => {
  const bucket = new IdempotencyBucket(messaging.messaging);
  const limits = { organizationBytes: 1_000, readEveryMilliseconds: 0 };
  return [new AnswerSpace(bucket, limits), new AnswerSpace(bucket, limits)];
};

beforeAll(async () => {
  nats = await startNatsForTests();
  messaging = await MessagingParts.open(nats.url, 'test', createLogger({ service: 'ingress', level: 'silent' }));
});
afterAll(async () => {
  await messaging.close();
  await nats.stop();
});

describe('the space for answers', () => {
  it('is bounded for each organisation over all processes, and takes nothing of the others', async () => {
    const [here, there] = spaces();
    for (let count = 0; count < 9; count += 1) {
      here.add('greedy', 50);
      there.add('greedy', 50);
    }
    await Promise.all([here.drain(), there.drain()]);
    expect(await here.hasRoom('greedy', 100)).toBe(true);
    expect(await there.hasRoom('greedy', 101)).toBe(false);
    expect(await there.hasRoom('modest', 1_000)).toBe(true);
    here.add('greedy', 100);
    expect(await here.hasRoom('greedy', 1)).toBe(false);
    await here.drain();
    const [later] = spaces();
    expect(await later.hasRoom('greedy', 1)).toBe(false);
  });
});
