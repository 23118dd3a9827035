import { describe, expect, it } from '@jest/globals';
import { requestEndedSchema, type AnswerHead, type Facts } from '#libs/contracts';
import { lostCall } from './lost-call.policy.js';

const facts = {
  requestId: 'req_0123456789',
  organization: 'demo',
  project: 'default',
  key: 'ci',
  lane: 'interactive',
  dialect: 'openai-chat',
  operation: 'chat',
  model: 'gpt-small',
  stream: true,
  receivedAt: 1_000,
} as Facts;
const head: AnswerHead = { status: 200, provider: 'main', model: 'gpt-4.1-mini', priceVersion: 'price_1', attempts: 2 };

describe('lostCall', () => {
  it('leaves an attempt in state unknown where a worker had named the target', () => {
    const { answer, event } = lostCall(facts, 'worker_lost', head);

    expect(requestEndedSchema.parse(event).attempts).toEqual([
      {
        provider: 'main',
        model: 'gpt-4.1-mini',
        priceVersion: 'price_1',
        startedAt: 1_000,
        durationMilliseconds: 0,
        outcome: 'unknown',
        errorClass: 'worker_lost',
      },
    ]);
    expect(answer).toMatchObject({ status: 502, provider: 'main', model: 'gpt-4.1-mini', attempts: 2 });
  });

  it('records no attempt where nobody named a target', () => {
    const { answer, event } = lostCall(facts, 'nobody_listens', undefined);

    expect(requestEndedSchema.parse(event)).toMatchObject({ outcome: 'failed', attempts: [], error: { status: 503 } });
    expect(answer).toEqual({ status: 503, attempts: 0, error: expect.objectContaining({ class: 'connection' }) });
  });
});
