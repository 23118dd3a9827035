import { describe, expect, it } from '@jest/globals';
import { unlessAborted } from './unless-aborted.js';

const never = new Promise<never>(() => undefined);

describe('unlessAborted', () => {
  it('gives what the work gives, or throws what it throws', async () => {
    const { signal } = new AbortController();

    await expect(unlessAborted(Promise.resolve(1), signal)).resolves.toBe(1);
    await expect(unlessAborted(Promise.reject(new Error('bad')), signal)).rejects.toThrow('bad');
  });

  it('leaves work that does not end once the signal aborts, or was aborted before', async () => {
    const stopping = new AbortController();
    const left = unlessAborted(never, stopping.signal);
    stopping.abort(new Error('stopped'));

    await expect(left).rejects.toThrow('stopped');
    await expect(unlessAborted(never, stopping.signal)).rejects.toThrow('stopped');
  });

  it('still takes what ends within the grace', async () => {
    const stopping = new AbortController();
    const work = Promise.withResolvers<string>();
    const kept = unlessAborted(work.promise, stopping.signal, 60_000);
    stopping.abort(new Error('stopped'));
    work.resolve('stored');

    await expect(kept).resolves.toBe('stored');
  });
});
