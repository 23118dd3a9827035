import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Stream, Subject } from '#libs/contracts';
import { eventually, startNatsForTests, type NatsForTests } from '#libs/testing';
import { MessagingForTests, subjectOf } from '../messaging.fixture.js';
import { AtomicBatchPublisher } from './atomic-batch-publisher.js';
import { DurablePublisher } from './durable-publisher.js';
import { OutageRetry } from './outage-retry.js';

interface Line {
  readonly level: 'info' | 'warn';
  readonly message: string;
  readonly reason: string | undefined;
}

const BEGUN = 'messages cannot be stored now; trying again';
const OVER = 'messages can be stored again';

describe('OutageRetry', () => {
  let nats: NatsForTests;
  let messaging: MessagingForTests;
  let lines: Line[];
  let retry: OutageRetry;

  beforeEach(async () => {
    nats = await startNatsForTests();
    messaging = await MessagingForTests.open(nats);
    lines = [];
    const keep = (level: Line['level']) => (fields: object, message: string) => {
      lines.push({ level, message, reason: (fields as { error?: Error }).error?.message });
    };
    const { link, topology } = messaging.parts;
    retry = new OutageRetry(link, topology, { info: keep('info'), warn: keep('warn') }, 'messages');
  });
  afterEach(async () => {
    await messaging?.close();
    await nats?.stop();
  });

  const setMostBytes = async (name: string, maxBytes: number): Promise<void> => {
    await (await messaging.manager()).streams.update(name, { max_bytes: maxBytes });
  };
  const messages = (): string[] => lines.map(({ message }) => message);

  it('says once why many single messages wait, and once that they are stored', async () => {
    await setMostBytes(Stream.deadLetters.name, 1);
    const publisher = new DurablePublisher(messaging.parts.messaging, retry);
    const stored = Array.from({ length: 20 }, () => publisher.publish(Subject.deadLetter('test'), 'x'));
    await eventually(() => expect(lines).toHaveLength(1));
    await setMostBytes(Stream.deadLetters.name, Stream.deadLetters.maxBytes);
    await Promise.all(stored);
    expect(messages()).toEqual([BEGUN, OVER]);
    expect(lines.map(({ level }) => level)).toEqual(['warn', 'info']);
    expect(lines[0]?.reason).toMatch(/maximum bytes exceeded/);
  });

  it('says once why batches wait, and once that they are stored', async () => {
    await setMostBytes(Stream.results.name, 1);
    const publisher = new AtomicBatchPublisher(messaging.parts.link, messaging.parts.messaging, retry);
    const stored = Array.from({ length: 1_200 }, () => publisher.publish(subjectOf('full'), 'x'));
    await eventually(() => expect(lines).toHaveLength(1));
    await setMostBytes(Stream.results.name, Stream.results.maxBytes);
    await Promise.all(stored);
    expect(messages()).toEqual([BEGUN, OVER]);
    expect(lines[0]?.reason).toMatch(/maximum bytes exceeded/);
  });

  it('makes a stream again that is gone, and says so', async () => {
    await (await messaging.manager()).streams.delete(Stream.results.name);
    await retry.run(() => messaging.parts.messaging.store(subjectOf('gone'), 'x', {}, 2_000));
    expect(messages()).toEqual([BEGUN, OVER]);
    const { state } = await (await messaging.manager()).streams.info(Stream.results.name);
    expect(state.messages).toBe(1);
  });

  it('says nothing while all is well, nor of what no further try can cure', async () => {
    await retry.run(() => Promise.resolve());
    await expect(retry.run(() => Promise.reject(new Error('a defect')))).rejects.toThrow('a defect');
    expect(lines).toEqual([]);
  });

  it('gives up what waits when the connection is closed, and does not call it stored', async () => {
    await setMostBytes(Stream.deadLetters.name, 1);
    const publisher = new DurablePublisher(messaging.parts.messaging, retry);
    const refused = expect(publisher.publish(Subject.deadLetter('test'), 'x')).rejects.toThrow();
    await eventually(() => expect(lines).toHaveLength(1));
    await messaging.parts.link.close();
    await refused;
    expect(messages()).toEqual([BEGUN]);
  });
});
