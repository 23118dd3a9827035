import { describe, expect, it } from '@jest/globals';
import { QueueSpeed } from './queue-speed.js';
import { queueWindow } from './queue-window.policy.js';

const quiet = { endedPerSecond: 0, callsUnderWay: 0, isHeld: false };

describe('the window of a queue', () => {
  it('is two seconds of work behind the calls under way', () => {
    expect(queueWindow({ ...quiet, endedPerSecond: 1_000, callsUnderWay: 400 }, 5_000)).toBe(2_400);
  });

  it('is small where nothing is known or little ends, and never larger than its limit', () => {
    expect(queueWindow(quiet, 5_000)).toBe(128);
    expect(queueWindow({ ...quiet, endedPerSecond: 1, callsUnderWay: 4 }, 5_000)).toBe(132);
    expect(queueWindow({ ...quiet, endedPerSecond: 9_999 }, 5_000)).toBe(5_000);
    expect(queueWindow(quiet, 40)).toBe(40);
  });

  it('closes nearly while no target can be called', () => {
    expect(queueWindow({ endedPerSecond: 1_000, callsUnderWay: 500, isHeld: true }, 5_000)).toBe(8);
  });
});

describe('the speed of a queue', () => {
  it('is what ended in the last seconds, whatever was released meanwhile', () => {
    const speed = new QueueSpeed();
    speed.observe(0, 0);
    speed.released(100);
    speed.observe(40, 1_000);
    speed.released(60);
    speed.observe(90, 2_000);

    expect(speed.perSecond(2_000)).toBe(35);
    speed.observe(90, 10_000);
    expect(speed.perSecond(10_000)).toBe(0);
  });
});
