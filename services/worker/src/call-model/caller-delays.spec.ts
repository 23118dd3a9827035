import { beforeEach, describe, expect, it } from '@jest/globals';
import { array, assert, integer, property } from 'fast-check';
import { CallerDelays } from './caller-delays.js';

describe('the delays of callers', () => {
  const start = 1_800_000_000_000;
  let delays: CallerDelays;
  const come = (delay: number, at = start, ingress = 'a'): void => delays.note({ ingress, receivedAt: at - delay }, at);

  beforeEach(() => {
    delays = new CallerDelays();
  });

  it('are what is more than the least of them, of four in five since the last look', () => {
    for (const delay of [3, 4, 9, 4, 3, 40, 3, 5, 3, 3]) come(delay);
    expect(delays.take()).toBe(6);
    expect(delays.take()).toBe(0);
    for (const delay of [20, 3, 30]) come(delay);
    expect(delays.take()).toBe(27);
  });

  it('are the same whatever the clock of the ingress says', () => {
    assert(
      property(
        array(integer({ min: 0, max: 500 }), { minLength: 1 }),
        integer({ min: -100_000, max: 100_000 }),
        (taken, skew) => {
          const [right, skewed] = [new CallerDelays(), new CallerDelays()];
          for (const delay of taken) {
            right.note({ ingress: 'a', receivedAt: start - delay }, start);
            skewed.note({ ingress: 'a', receivedAt: start - delay + skew }, start);
          }
          expect(skewed.take()).toBe(right.take());
        },
      ),
    );
  });

  it('are told apart by ingress', () => {
    come(3, start, 'a');
    come(2_003, start, 'b');
    expect(delays.take()).toBe(0);
    come(13, start, 'a');
    come(2_013, start, 'b');
    expect(delays.take()).toBe(10);
  });

  it('are measured from a new least some minutes after the clock was set', () => {
    come(3, start);
    for (let minute = 1; minute < 3; minute++) come(103, start + minute * 60_000);
    delays.take();
    come(103, start + 2 * 60_000);
    expect(delays.take()).toBe(100);
    come(103, start + 3 * 60_000);
    delays.take();
    come(104, start + 3 * 60_000);
    expect(delays.take()).toBe(1);
  });
});
