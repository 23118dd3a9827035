import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { RegularWork } from './regular-work.js';

/** Work whose pauses and ends a test decides. */
class Rehearsal {
  readonly pauses: number[] = [];
  readonly failures: unknown[] = [];
  begun = 0;
  private endPause: () => void = () => undefined;
  private endWork: (error?: Error) => void = () => undefined;
  readonly regular = new RegularWork({
    everyMilliseconds: 7,
    work: () => {
      this.begun += 1;
      return new Promise<void>((resolve, reject) => {
        this.endWork = (error) => (error ? reject(error) : resolve());
      });
    },
    onFailure: (error) => this.failures.push(error),
    pause: (milliseconds, signal) => {
      this.pauses.push(milliseconds);
      return new Promise<void>((resolve, reject) => {
        this.endPause = resolve;
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    },
  });

  async afterPause(): Promise<void> {
    this.endPause();
    await turn();
  }

  async afterWork(error?: Error): Promise<void> {
    this.endWork(error);
    await turn();
  }
}

describe('RegularWork', () => {
  it('pauses before each time, and begins no pause while the work lasts', async () => {
    const rehearsal = new Rehearsal();
    rehearsal.regular.start();
    expect(rehearsal).toMatchObject({ pauses: [7], begun: 0 });
    await rehearsal.afterPause();
    await turn();
    expect(rehearsal).toMatchObject({ pauses: [7], begun: 1 });
    await rehearsal.afterWork();
    await rehearsal.afterPause();
    expect(rehearsal).toMatchObject({ pauses: [7, 7], begun: 2 });
    await rehearsal.regular.stop();
  });

  it('does nothing before what it waits for at the start, and can be stopped meanwhile', async () => {
    const rehearsal = new Rehearsal();
    let arrive: () => void = () => undefined;
    rehearsal.regular.start(new Promise<void>((resolve) => (arrive = resolve)));
    await turn();
    expect(rehearsal.pauses).toEqual([]);
    arrive();
    await turn();
    expect(rehearsal.pauses).toEqual([7]);
    await rehearsal.regular.stop();
    const waiting = new Rehearsal();
    waiting.regular.start(new Promise(() => undefined));
    await waiting.regular.stop();
    expect(waiting.pauses).toEqual([]);
  });

  it('goes on after a failure, which it tells', async () => {
    const rehearsal = new Rehearsal();
    const failure = new Error('no database');
    rehearsal.regular.start();
    await rehearsal.afterPause();
    await rehearsal.afterWork(failure);
    await rehearsal.afterPause();
    expect(rehearsal).toMatchObject({ failures: [failure], begun: 2 });
    await rehearsal.regular.stop();
  });

  it('stops in a pause, and in the middle of the work without calling that a failure', async () => {
    const pausing = new Rehearsal();
    pausing.regular.start();
    await pausing.regular.stop();
    const working = new Rehearsal();
    working.regular.start();
    await working.afterPause();
    await working.regular.stop();
    await working.afterWork(new Error('too late'));
    expect([pausing.begun, working.begun, working.failures]).toEqual([0, 1, []]);
  });

  it('stops also where it was never started', async () => {
    await expect(new Rehearsal().regular.stop()).resolves.toBeUndefined();
  });
});
