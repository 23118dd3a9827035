import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Bucket, type KeptAnswer } from '#libs/contracts';
import { eventually, startNatsForTests, type NatsForTests } from '#libs/testing';
import { MessagingForTests } from '../messaging.fixture.js';
import { AnswerCache } from './answer-cache.js';

const kept = (milliseconds: number, changes: Partial<KeptAnswer> = {}): KeptAnswer => ({
  requestId: 'req_0123456789',
  keptAt: Date.now(),
  expiresAt: Date.now() + milliseconds,
  head: { contentType: 'application/json', provider: 'main', model: 'größer' },
  costNanoUsd: '12',
  ...changes,
});
const MINUTE = 60_000;

describe('AnswerCache', () => {
  let nats: NatsForTests;
  let messaging: MessagingForTests;
  let cache: AnswerCache;

  beforeAll(async () => {
    nats = await startNatsForTests();
    messaging = await MessagingForTests.open(nats);
    cache = new AnswerCache(messaging.parts.messaging);
  });
  afterAll(async () => {
    await messaging?.close();
    await nats?.stop();
  });

  it('gives back what was kept under the key, and under no other', async () => {
    const answer = kept(MINUTE);
    expect(await cache.put('demo.aa', answer, Buffer.from('{"n":1}'))).toBe(true);

    const found = await cache.get('demo.aa');
    expect(found?.answer).toEqual(answer);
    expect(Buffer.from(found?.body ?? []).toString()).toBe('{"n":1}');
    expect(await cache.get('acme.aa')).toBeUndefined();
    expect(await cache.get('demo.ab')).toBeUndefined();
  });

  it('holds the newest answer of a key only', async () => {
    await cache.put('demo.twice', kept(MINUTE), Buffer.from('first'));
    await cache.put('demo.twice', kept(MINUTE), Buffer.from('second'));

    expect(Buffer.from((await cache.get('demo.twice'))?.body ?? []).toString()).toBe('second');
  });

  it('does not give an answer that has expired, and the bucket lets go of it', async () => {
    await cache.put('demo.old', kept(-1), Buffer.from('old'));
    expect(await cache.get('demo.old')).toBeUndefined();

    const manager = await messaging.manager();
    await eventually(async () => {
      const { state } = await manager.streams.info(`KV_${Bucket.answers.name}`, {
        subjects_filter: '$KV.answers.demo.old',
      });
      expect(state.subjects ?? {}).toEqual({});
    });
  });

  it('keeps no answer that is too large for a message', async () => {
    expect(await cache.put('demo.large', kept(MINUTE), Buffer.alloc(512 * 1024, 'x'))).toBe(true);
    expect((await cache.get('demo.large'))?.body.length).toBe(512 * 1024);
    expect(await cache.put('demo.larger', kept(MINUTE), Buffer.alloc(512 * 1024 + 1, 'x'))).toBe(false);
  });

  it('lets the oldest go when the bucket is full', async () => {
    const manager = await messaging.manager();
    await manager.streams.update(`KV_${Bucket.answers.name}`, { max_bytes: 1024 ** 2 });
    for (const name of ['one', 'two', 'three', 'four']) {
      expect(await cache.put(`demo.${name}`, kept(MINUTE), Buffer.alloc(400 * 1024, 'x'))).toBe(true);
    }

    expect(await cache.get('demo.one')).toBeUndefined();
    expect(await cache.get('demo.four')).toBeDefined();
    await messaging.parts.topology.provision();
    expect((await manager.streams.info(`KV_${Bucket.answers.name}`)).config.max_bytes).toBe(Bucket.answers.maxBytes);
  });

  it('is a miss at once where the bucket is gone or the server away, and never an error', async () => {
    const manager = await messaging.manager();
    await manager.streams.delete(`KV_${Bucket.answers.name}`);
    expect(await cache.get('demo.aa')).toBeUndefined();
    expect(await cache.put('demo.aa', kept(MINUTE), Buffer.from('x'))).toBe(false);

    await nats.kill();
    const before = performance.now();
    expect(await cache.get('demo.aa')).toBeUndefined();
    // Milliseconds on a machine that does nothing else, and no matter of the time that a request to NATS may take.
    expect(performance.now() - before).toBeLessThan(4_000);
    expect(await cache.put('demo.aa', kept(MINUTE), Buffer.from('x'))).toBe(false);
    await nats.restart();
  });
});
