import { describe, expect, it } from '@jest/globals';
import { HmacKey } from './hmac-key.js';
import { isRequestSeal, requestSeal, type SealedRequest } from './request-seal.js';

const key = new HmacKey(Buffer.alloc(32, 7));
const request: SealedRequest = {
  requestId: 'req_0123456789',
  organization: 'acme',
  project: 'web',
  key: 'ci',
  lane: 'interactive',
};
const line = { batchId: 'batch_1', line: 1, customId: 'a' };
const hold = { nanoUsd: '10', leases: [{ id: 'l1', nanoUsd: '10' }] };

describe('the seal of a request', () => {
  it('is known again, in whichever order its fields come', () => {
    const whole = { ...request, job: line, hold };
    const seal = requestSeal(whole, key);
    expect(seal).toMatch(/^[\w-]{22}$/);
    const turned = {
      hold: { leases: hold.leases, nanoUsd: '10' },
      job: { customId: 'a', line: 1, batchId: 'batch_1' },
    };
    expect(isRequestSeal(seal, { ...turned, ...request }, key)).toBe(true);
  });

  it.each<Partial<SealedRequest>>([
    { requestId: 'req_0123456780' },
    { organization: 'other' },
    { project: 'lab' },
    { key: 'bot' },
    { lane: 'durable' },
    { endUser: 'ann' },
    { shadowOf: 'req_0123456780' },
    { job: line },
    { job: { jobId: 'job_1', run: 0 } },
    { hold },
  ])('is no other with %j', (change) => {
    expect(isRequestSeal(requestSeal(request, key), { ...request, ...change }, key)).toBe(false);
  });

  it('is none of another key, cut off, or missing', () => {
    const seal = requestSeal(request, key);
    expect(isRequestSeal(seal, request, new HmacKey(Buffer.alloc(32, 8)))).toBe(false);
    for (const none of [undefined, '', seal.slice(0, 10), `${seal}AA`, '💥'])
      expect(isRequestSeal(none, request, key)).toBe(false);
  });
});
