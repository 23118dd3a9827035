import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, startNatsForTests, type NatsForTests } from '#libs/testing';
import { MessagingForTests } from '../messaging.fixture.js';
import { MessagingError } from '../messaging-error.js';

const PATIENT = { timeoutMilliseconds: 10_000 };

describe('asking over NATS', () => {
  let nats: NatsForTests;
  let asker: MessagingForTests;
  let answerer: MessagingForTests;

  beforeAll(async () => {
    nats = await startNatsForTests();
    [asker, answerer] = [await MessagingForTests.open(nats), await MessagingForTests.open(nats)];
    answerer.parts.messaging.subscribe('echo', (message) => {
      if (message.reply !== undefined) answerer.parts.messaging.publish(message.reply, message.data);
    });
    answerer.parts.messaging.subscribe('silence', () => undefined);
    await answerer.parts.link.connection.flush();
  });
  afterAll(async () => {
    await asker?.close();
    await answerer?.close();
    await nats?.stop();
  });

  const ask = (subject: string, data: string, options = PATIENT): Promise<string> =>
    asker.parts.messaging.request(subject, data, options).then((message) => message.text());

  it('gives each of many questions at once its own answer', async () => {
    const questions = Array.from({ length: 500 }, (_, index) => `question ${index}`);
    expect(await Promise.all(questions.map((question) => ask('echo', question)))).toEqual(questions);
  });

  it('says at once that nobody answers', async () => {
    await expect(ask('nobody', '')).rejects.toMatchObject({ code: 'no_responders', retryable: true });
  });

  it('gives up when the time is over', async () => {
    await expect(ask('silence', '', { timeoutMilliseconds: 100 })).rejects.toMatchObject({ code: 'timeout' });
  });

  it('refuses a message that is too large, and leaves no wait behind that could end the process', async () => {
    const tooLarge = 'x'.repeat(asker.parts.messaging.maxMessageBytes + 1);
    const refusals: unknown[] = [];
    const keep = (error: unknown): void => void refusals.push(error);
    process.on('unhandledRejection', keep);
    await expect(ask('echo', tooLarge, { timeoutMilliseconds: 50 })).rejects.toMatchObject({ code: 'refused' });
    await expect(ask('silence', '', { timeoutMilliseconds: 200 })).rejects.toBeInstanceOf(MessagingError);
    process.off('unhandledRejection', keep);
    expect(refusals).toEqual([]);
  });

  it('ends every wait when the connection goes away, refuses meanwhile, and works again afterwards', async () => {
    const waiting = Array.from({ length: 20 }, () => ask('silence', ''));
    const ended = Promise.allSettled(waiting);
    await asker.parts.link.connection.flush();
    await nats.kill();
    for (const outcome of await ended) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'disconnected', retryable: true } });
    }
    await expect(ask('echo', 'now')).rejects.toMatchObject({ code: 'disconnected' });
    await nats.restart();
    await eventually(async () => expect(await ask('echo', 'back')).toBe('back'), { withinMilliseconds: 30_000 });
  });

  it('goes on reading after a handler threw', async () => {
    answerer.parts.messaging.subscribe('thrower', () => {
      throw new Error('a defect of a handler');
    });
    await answerer.parts.link.connection.flush();
    asker.parts.messaging.publish('thrower', 'message');
    expect(await ask('echo', 'still there')).toBe('still there');
    expect(answerer.logged).toContain('a received message could not be handled');
  });
});
