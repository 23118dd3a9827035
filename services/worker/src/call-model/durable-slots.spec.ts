import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Consumer } from '#libs/contracts';
import { ConsumerLimits } from '#libs/messaging';
import { Shutdown } from '#libs/runtime';
import { CallerDelays } from './caller-delays.js';
import { BESIDE_CALLERS_AT_FIRST, MOST_DURABLE_CALLS } from './durable-room.policy.js';
import { DurableSlots, MOST_HELD_REQUESTS } from './durable-slots.js';
import type { RunningCalls } from './running-calls.js';

describe('the slots of the durable lane', () => {
  let slots: DurableSlots;
  let limits: ConsumerLimits;
  let shutdown: Shutdown;
  let running: { waitingCallers: number; lastCallerAt: number };
  const wanted = (): number => limits.of(Consumer.worker.name, MOST_HELD_REQUESTS);

  beforeEach(() => {
    limits = new ConsumerLimits();
    shutdown = new Shutdown();
    running = { waitingCallers: 0, lastCallerAt: -Infinity };
    slots = new DurableSlots(limits, shutdown, running as RunningCalls, new CallerDelays());
  });
  afterEach(() => slots.onApplicationShutdown());

  it('are given out up to their number, and then as they come back, in order', async () => {
    const taken = await Promise.all(Array.from({ length: MOST_DURABLE_CALLS }, () => slots.take()));
    const order: string[] = [];
    const first = slots.take().then((release) => (order.push('first'), release));
    const second = slots.take().then((release) => (order.push('second'), release));
    const give = (release: (() => void) | 'leaving' | undefined): void => {
      if (typeof release === 'function') release();
    };
    give(taken[0]);
    give(await first);
    give(await second);
    expect(order).toEqual(['first', 'second']);
  });

  it('ask for as many messages as their requests would fill, and for none while they are full', async () => {
    expect(wanted()).toBe(13);
    for (let count = 0; count < 30; count++) {
      const release = slots.hold(1);
      slots.done();
      release();
    }
    expect(wanted()).toBeGreaterThan(500);
    await Promise.all(Array.from({ length: MOST_DURABLE_CALLS }, () => slots.take()));
    for (let count = 0; count < 128; count++) void slots.take();
    expect(wanted()).toBe(0);
  });

  it('are few from the moment a caller comes', async () => {
    running.lastCallerAt = performance.now();
    await Promise.all(Array.from({ length: BESIDE_CALLERS_AT_FIRST }, () => slots.take()));
    let isGiven = false;
    void slots.take().then(() => (isGiven = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isGiven).toBe(false);
  });

  it('are given to nobody any more when the process has to stop: the request goes elsewhere', async () => {
    await Promise.all(Array.from({ length: MOST_DURABLE_CALLS }, () => slots.take()));
    const waiting = slots.take();
    shutdown.hurry.dispatchEvent(new Event('abort'));
    expect(await waiting).toBe('leaving');
    expect(await slots.take()).toBe('leaving');
  });
});
