import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { AnswerHead } from '#libs/contracts';
import { Shutdown } from '#libs/runtime';
import { CallClock } from './call-clock.js';
import { CallInProgress } from './call-in-progress.js';
import { noReply } from './reply-channel.js';
import { RunningCalls } from './running-calls.js';

const TIMEOUTS = { firstByteMilliseconds: 60_000, idleMilliseconds: 60_000, totalMilliseconds: 60_000 };

describe('RunningCalls', () => {
  let running: RunningCalls;
  beforeEach(() => {
    jest.useFakeTimers();
    running = new RunningCalls(new Shutdown());
  });
  afterEach(() => {
    running.onApplicationShutdown();
    jest.useRealTimers();
  });

  it('says of each running call every 5 s that it lives, and what is being called', () => {
    const heard: AnswerHead[] = [];
    const head = { provider: 'main', model: 'gpt-4.1-mini', priceVersion: 'price_1', attempts: 2 };
    const reply = { ...noReply, alive: (answer: AnswerHead) => void heard.push(answer) };
    const call = new CallInProgress({ lane: 'interactive' }, reply, 1);
    call.head = head;
    running.add('req_0123456789', call);
    jest.advanceTimersByTime(5_000);
    running.remove('req_0123456789');
    jest.advanceTimersByTime(5_000);

    expect(heard).toEqual([{ status: 102, ...head }]);
  });

  describe('of a batch that is cancelled', () => {
    const line = (batchId: string) =>
      new CallInProgress({ lane: 'durable', job: { batchId, line: 1, customId: 'a' } }, noReply, 0);
    const called = (call: CallInProgress): CallClock => {
      const clock = new CallClock(TIMEOUTS, 60_000);
      call.add(clock);
      return clock;
    };

    it('end where they wait, and where they are being called only when that is said', () => {
      const [waiting, calling, other] = [line('batch_1'), line('batch_1'), line('batch_2')];
      for (const [id, call] of Object.entries({ waiting, calling, other })) running.add(id, call);
      const clock = called(calling);
      running.cancelBatch('batch_1', false);
      expect([waiting, calling, other].map((call) => call.endedByFailure?.errorClass)).toEqual([
        'cancelled',
        undefined,
        undefined,
      ]);
      expect(clock.signal.aborted).toBe(false);
      running.cancelBatch('batch_1', true);
      expect(clock.signal.aborted).toBe(true);
      expect(other.endedByFailure).toBeUndefined();
      calling.remove(clock);
    });

    it('end as they come for a minute after the last word of it', () => {
      running.cancelBatch('batch_1', false);
      jest.advanceTimersByTime(50_000);
      const soon = line('batch_1');
      running.add('soon', soon);
      expect(soon.endedByFailure?.errorClass).toBe('cancelled');
      jest.advanceTimersByTime(20_000);
      const late = line('batch_1');
      running.add('late', late);
      expect(late.endedByFailure).toBeUndefined();
    });
  });
});
