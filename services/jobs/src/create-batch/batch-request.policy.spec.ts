import { describe, expect, it } from '@jest/globals';
import type { BatchCreate } from '#libs/contracts';
import { JobLimits } from '../job-limits.js';
import { caller } from '../line.fixture.js';
import { refusalOf } from './batch-request.policy.js';

const request: BatchCreate = {
  caller,
  input: { fileId: 'file-a' },
  endpoint: '/v1/chat/completions',
  completionWindow: '24h',
  metadata: null,
  outputExpiresAfterSeconds: null,
};
const paramOf = (overrides: Partial<BatchCreate>) => refusalOf({ ...request, ...overrides }, new JobLimits())?.param;

describe('refusalOf', () => {
  it('lets a good request pass', () => {
    expect(refusalOf({ ...request, metadata: { team: 'a' } }, new JobLimits())).toBeUndefined();
    for (const endpoint of [
      '/v1/chat/completions',
      '/v1/responses',
      '/v1/embeddings',
      '/v1/completions',
      '/v1/moderations',
      '/v1/images/generations',
    ])
      expect(paramOf({ endpoint })).toBeUndefined();
    for (const completionWindow of ['24h', '1h', 'background']) expect(paramOf({ completionWindow })).toBeUndefined();
    for (const outputExpiresAfterSeconds of [3_600, 2_592_000])
      expect(paramOf({ outputExpiresAfterSeconds })).toBeUndefined();
  });

  it('names the parameter that is wrong', () => {
    for (const endpoint of ['/v1/models', '/v1/messages', '', 'constructor'])
      expect(paramOf({ endpoint })).toBe('endpoint');
    for (const completionWindow of ['25h', '', 'constructor', '__proto__'])
      expect(paramOf({ completionWindow })).toBe('completion_window');
    for (const outputExpiresAfterSeconds of [3_599, 2_592_001, 3_600.5, -1, 0])
      expect(paramOf({ outputExpiresAfterSeconds })).toBe('output_expires_after.seconds');
    expect(paramOf({ metadata: Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`k${index}`, ''])) })).toBe(
      'metadata',
    );
    expect(paramOf({ metadata: { ['k'.repeat(65)]: 'v' } })).toBe('metadata');
    expect(paramOf({ metadata: { k: 'v'.repeat(513) } })).toBe('metadata');
    expect(paramOf({ metadata: { k: 'a\0b' } })).toBe('metadata');
  });
});
