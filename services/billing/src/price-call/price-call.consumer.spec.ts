import { describe, expect, it } from '@jest/globals';
import type { RequestEnded, SentRequestEnded } from '#libs/contracts';
import type { Decoded } from '#libs/messaging';
import { RequestSeals } from '#libs/runtime';
import { buildRequestEnded } from '#libs/testing';
import type { KnownBudgets } from '../know-budgets/known-budgets.js';
import { PriceCallConsumer } from './price-call.consumer.js';
import type { PriceCallHandler } from './price-call.handler.js';

describe('terminal events', () => {
  it('wait for the configuration and the keys before they are charged', async () => {
    const charged: RequestEnded[] = [];
    const handler = { charge: async (events: readonly RequestEnded[]) => void charged.push(...events) };
    const known = { areKnown: false };
    const consumer = new PriceCallConsumer(
      handler as unknown as PriceCallHandler,
      new RequestSeals({ requestSealFile: undefined }),
      known as unknown as KnownBudgets,
    );
    const event = buildRequestEnded();
    const batch = [{ value: [{ event, text: '' }] }] as unknown as Decoded<SentRequestEnded[]>[];
    await expect(consumer.consume(batch)).rejects.toMatchObject({ name: 'TermsUnknown', retryable: true });
    expect(charged).toEqual([]);
    known.areKnown = true;
    await consumer.consume(batch);
    expect(charged).toEqual([event]);
  });
});
