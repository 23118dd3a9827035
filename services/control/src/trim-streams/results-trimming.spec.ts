import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import type { StreamDefinition } from '#libs/contracts';
import type { StreamTrimmer, TrimmedStream } from '#libs/messaging';
import { createLogger } from '#libs/telemetry';

import { ResultsTrimming } from './results-trimming.js';

const MINUTE_MILLISECONDS = 60_000;

describe('ResultsTrimming', () => {
  let lines: Record<string, unknown>[];
  let asked: string[];
  let outcomes: (TrimmedStream | Error | undefined)[];
  let trimming: ResultsTrimming;

  beforeEach(() => {
    jest.useFakeTimers();
    lines = [];
    asked = [];
    outcomes = [];
    const trimmer: Pick<StreamTrimmer, 'trim'> = {
      trim: async ({ name }: StreamDefinition) => {
        asked.push(name);
        if (name === 'NOTES') return undefined;
        const outcome = outcomes.shift();
        if (outcome instanceof Error) throw outcome;
        return outcome;
      },
    };
    const destination = { write: (line: string) => lines.push(JSON.parse(line)) };
    trimming = new ResultsTrimming(trimmer as StreamTrimmer, createLogger({ service: 'control', destination }));
    trimming.onApplicationBootstrap();
  });
  afterEach(async () => {
    await trimming.beforeApplicationShutdown();
    jest.useRealTimers();
  });

  it('trims RESULTS and NOTES every minute and logs what it took', async () => {
    outcomes = [{ purgedMessages: 7, keptFromSequence: 8 }, undefined];
    await jest.advanceTimersByTimeAsync(2 * MINUTE_MILLISECONDS);
    expect(asked).toEqual(['RESULTS', 'NOTES', 'RESULTS', 'NOTES']);
    expect(lines).toMatchObject([{ level: 'info', stream: 'RESULTS', purgedMessages: 7, keptFromSequence: 8 }]);
  });

  it('warns of a failure and goes on', async () => {
    outcomes = [new Error('JetStream does not answer'), undefined];
    await jest.advanceTimersByTimeAsync(2 * MINUTE_MILLISECONDS);
    expect(asked).toHaveLength(4);
    expect(lines).toMatchObject([
      { level: 'warn', stream: 'RESULTS', error: { message: 'JetStream does not answer' } },
    ]);
  });

  it('stops with the service', async () => {
    await trimming.beforeApplicationShutdown();
    await jest.advanceTimersByTimeAsync(5 * MINUTE_MILLISECONDS);
    expect(asked).toEqual([]);
  });
});
