import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KeyProvider } from './key-provider.js';

/** A provider under test, and how its master key is made to be away for a while. */
export interface ProviderUnderTest {
  readonly provider: KeyProvider;
  readonly interrupted: <T>(work: () => Promise<T>) => Promise<T>;
  readonly close: () => Promise<void>;
}

const context = { organization: 'acme', subject: 'sub_1' };

/** What every key provider does, whoever holds the master key. */
export function describeKeyProvider(name: string, open: () => Promise<ProviderUnderTest>): void {
  describe(`${name} as a key provider`, () => {
    let tested: ProviderUnderTest;
    beforeAll(async () => {
      tested = await open();
    });
    afterAll(() => tested.close());

    it('unwraps what it wrapped, for the same context in any order', async () => {
      const key = randomBytes(32);
      const wrapped = await tested.provider.wrap(key, context);
      expect(await tested.provider.unwrap(wrapped, { subject: 'sub_1', organization: 'acme' })).toEqual(key);
    });

    it('shows nothing of the key, and wraps the same key otherwise each time', async () => {
      const key = randomBytes(32);
      const wrapped = [await tested.provider.wrap(key, context), await tested.provider.wrap(key, context)];
      expect(wrapped[0]).not.toBe(wrapped[1]);
      for (const text of wrapped) {
        for (const form of ['base64', 'base64url', 'hex'] as const) expect(text).not.toContain(key.toString(form));
      }
    });

    it('refuses a key for another context', async () => {
      const wrapped = await tested.provider.wrap(randomBytes(32), context);
      const refusal = { code: 'key_refused', retryable: false };
      await expect(tested.provider.unwrap(wrapped, { ...context, subject: 'sub_2' })).rejects.toMatchObject(refusal);
      await expect(tested.provider.unwrap(wrapped, { ...context, organization: 'b' })).rejects.toMatchObject(refusal);
      await expect(tested.provider.unwrap(wrapped, { organization: 'acme' })).rejects.toMatchObject(refusal);
    });

    it('refuses a key that was altered, cut short or never wrapped', async () => {
      const wrapped = await tested.provider.wrap(randomBytes(32), context);
      const middle = Math.floor(wrapped.length * 0.7);
      const altered = `${wrapped.slice(0, middle)}${wrapped[middle] === 'A' ? 'B' : 'A'}${wrapped.slice(middle + 1)}`;
      for (const bad of [altered, wrapped.slice(0, -12), 'x', '']) {
        await expect(tested.provider.unwrap(bad, context)).rejects.toMatchObject({ code: 'key_refused' });
      }
    });

    it('says that a retry can help while the master key is away, and works again after', async () => {
      const key = randomBytes(32);
      const wrapped = await tested.provider.wrap(key, context);
      await tested.interrupted(async () => {
        await expect(tested.provider.wrap(key, context)).rejects.toMatchObject({
          code: 'key_provider_unavailable',
          retryable: true,
        });
      });
      expect(await tested.provider.unwrap(wrapped, context)).toEqual(key);
    });
  });
}
