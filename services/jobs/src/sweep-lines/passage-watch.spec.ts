import { beforeEach, describe, expect, it } from '@jest/globals';
import { Consumer, type ConsumerDefinition } from '#libs/contracts';
import type { ConsumerProgress } from '#libs/messaging';
import { PassageWatch } from './passage-watch.js';

let queues: Map<string, ConsumerProgress>;
let notes: number;
let watch: PassageWatch<number>;

const set = (consumer: ConsumerDefinition, lastSequence: number, settledSequence: number, streamMadeAt = 1): void =>
  void queues.set(consumer.name, {
    lastSequence,
    settledSequence,
    streamMadeAt,
    hasNothingLeft: settledSequence === lastSequence,
  });

beforeEach(() => {
  queues = new Map();
  notes = 0;
  for (const consumer of [Consumer.router, Consumer.worker, Consumer.jobs]) set(consumer, 0, 0);
  watch = new PassageWatch(
    async () => (notes += 1),
    async (consumer) => {
      const progress = queues.get(consumer.name);
      if (!progress) throw new Error('JetStream does not answer');
      return progress;
    },
  );
});

describe('the watch over a passage', () => {
  it('arrives at once where nothing is on its way, and begins again', async () => {
    expect(await watch.look()).toBe(1);
    expect(await watch.look()).toBe(2);
  });

  it('waits for what was there, not for what comes behind it', async () => {
    set(Consumer.router, 10, 4);
    expect(await watch.look()).toBeUndefined();
    set(Consumer.router, 50, 9);
    expect(await watch.look()).toBeUndefined();
    set(Consumer.router, 60, 10);
    set(Consumer.jobs, 7, 6);
    expect(await watch.look()).toBeUndefined();
    set(Consumer.router, 99, 10);
    set(Consumer.jobs, 30, 7);
    expect(await watch.look()).toBe(1);
    expect(notes).toBe(1);
  });

  it('follows calls that go on to another target through the queue again', async () => {
    for (const settled of [0, 10, 20, 30]) {
      set(Consumer.worker, settled + 10, settled);
      expect(await watch.look()).toBeUndefined();
    }
    set(Consumer.worker, 60, 40);
    expect(await watch.look()).toBe(1);
  });

  it('looks at the end of a queue only when the one before it has arrived', async () => {
    set(Consumer.router, 5, 0);
    expect(await watch.look()).toBeUndefined();
    set(Consumer.worker, 8, 2);
    set(Consumer.router, 5, 5);
    expect(await watch.look()).toBeUndefined();
    set(Consumer.worker, 8, 7);
    expect(await watch.look()).toBeUndefined();
    set(Consumer.worker, 8, 8);
    expect(await watch.look()).toBe(1);
  });

  it('takes a queue that was made again for what it holds now', async () => {
    set(Consumer.worker, 900, 850);
    expect(await watch.look()).toBeUndefined();
    set(Consumer.worker, 3, 1, 2);
    expect(await watch.look()).toBeUndefined();
    set(Consumer.worker, 3, 3, 2);
    expect(await watch.look()).toBe(1);
  });

  it('goes on where it was after a queue that could not be asked', async () => {
    queues.delete(Consumer.worker.name);
    await expect(watch.look()).rejects.toThrow('does not answer');
    set(Consumer.worker, 0, 0);
    expect(await watch.look()).toBe(1);
  });
});
