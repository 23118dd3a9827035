import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { AnswerHead } from '#libs/contracts';
import { Shutdown } from '#libs/runtime';
import { CallInProgress } from './call-in-progress.js';
import { noReply } from './reply-channel.js';
import { RunningCalls } from './running-calls.js';

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
});
