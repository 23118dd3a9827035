import { describe, expect, it } from '@jest/globals';
import type { ConsumerDefinition } from '#libs/contracts';
import type { StreamState } from '#libs/messaging';
import type { ServiceLogger } from '#libs/runtime';
import { JobLimits } from '../job-limits.js';
import { SettledBooks } from './settled-books.js';

const place = (sequence: number, timestampMilliseconds = 100) => ({ sequence, timestampMilliseconds });

/** Books whose progress is played: each look takes the next entry of a consumer's list, and stays at the last. */
function booksWith(progress: Record<string, number[]>, made: () => number, waitMilliseconds = 60_000) {
  const warned: string[] = [];
  const streams = {
    settledUpTo: async ({ name }: ConsumerDefinition) => {
      const steps = progress[name] ?? [];
      return (steps.length > 1 ? steps.shift() : steps[0]) ?? 0;
    },
    madeAt: async () => made(),
  };
  const limits = new JobLimits({ booksWaitMilliseconds: waitMilliseconds, booksLookMilliseconds: 1 });
  const logger = { warn: (_fields: object, text: string) => void warned.push(text) } as unknown as ServiceLogger;
  const books = new SettledBooks(streams as unknown as StreamState, limits, logger);
  return { books, warned };
}

describe('results', () => {
  it('wait until the slower of billing and audit has settled the last of them', async () => {
    const progress = { billing: [1, 9], audit: [1, 2, 4, 5] };
    const { books, warned } = booksWith(progress, () => 1);
    expect(await books.recorded([place(3), place(5)], (one) => one)).toHaveLength(2);
    expect(progress).toEqual({ billing: [9], audit: [5] });
    expect(warned).toEqual([]);
  });

  it('do not count where their stream was lost and made again, whatever positions say', async () => {
    const { books } = booksWith({ billing: [Infinity], audit: [Infinity] }, () => 150);
    expect(await books.recorded([place(3, 100), place(1, 200)], (one) => one)).toEqual([place(1, 200)]);
  });

  it('go on without books that stand still, which is told', async () => {
    const { books, warned } = booksWith({ billing: [0], audit: [9] }, () => 1, 5);
    expect(await books.recorded([place(3)], (one) => one)).toHaveLength(1);
    expect(warned).toHaveLength(1);
  });

  it('are kept for a later try where NATS cannot be asked', async () => {
    const { books } = booksWith({ billing: [9], audit: [9] }, () => {
      throw new Error('no responders');
    });
    await expect(books.recorded([place(3)], (one) => one)).rejects.toMatchObject({ retryable: true });
  });
});
