import { describe, expect, it } from '@jest/globals';
import { eventually } from '#libs/testing';
import { RegularWork } from './regular-work.js';

describe('regular work', () => {
  it('is done again and again, told of failures, and sooner where somebody hurries', async () => {
    const failures: unknown[] = [];
    let times = 0;
    const regular = new RegularWork({
      everyMilliseconds: 3_600_000,
      work: async () => {
        times += 1;
        if (times === 1) throw new Error('not now');
      },
      onFailure: (error) => failures.push(error),
    });
    regular.start();
    regular.hurry();
    await eventually(() => expect(times).toBe(1));
    regular.hurry();
    await eventually(() => expect(times).toBe(2));
    await regular.stop();
    regular.hurry();
    expect([times, failures.length]).toEqual([2, 1]);
  });

  it('begins when what it waits for is there, and can be stopped meanwhile', async () => {
    let times = 0;
    const work = { everyMilliseconds: 1, work: async () => (times += 1), onFailure: () => undefined };
    const waiting = new RegularWork(work);
    waiting.start(new Promise(() => undefined));
    await waiting.stop();
    expect(times).toBe(0);
    const begun = new RegularWork(work);
    begun.start(Promise.resolve());
    await eventually(() => expect(times).toBeGreaterThan(0));
    await begun.stop();
  });

  it('comes soon again after a time that failed, where a pause is given for that', async () => {
    let times = 0;
    const regular = new RegularWork({
      everyMilliseconds: 3_600_000,
      retryMilliseconds: 1,
      work: async () => {
        times += 1;
        if (times < 3) throw new Error('not now');
      },
      onFailure: () => undefined,
    });
    regular.start();
    regular.hurry();
    await eventually(() => expect(times).toBe(3));
    await regular.stop();
    expect(times).toBe(3);
  });
});
