import { describe, expect, it } from '@jest/globals';
import type { BatchCreate } from '#libs/contracts';
import { JobLimits } from '../job-limits.js';
import { caller } from '../line.fixture.js';
import { refusalOf } from './batch-request.policy.js';

const request: BatchCreate = {
  caller,
  inputFileId: 'file-a',
  endpoint: '/v1/chat/completions',
  completionWindow: '24h',
  metadata: null,
};
const paramOf = (overrides: Partial<BatchCreate>) => refusalOf({ ...request, ...overrides }, new JobLimits())?.param;

describe('refusalOf', () => {
  it('lets a good request pass', () => {
    expect(refusalOf({ ...request, metadata: { team: 'a' } }, new JobLimits())).toBeUndefined();
  });

  it('names the parameter that is wrong', () => {
    expect(paramOf({ endpoint: '/v1/embeddings' })).toBe('endpoint');
    expect(paramOf({ completionWindow: '1h' })).toBe('completion_window');
    expect(paramOf({ metadata: Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`k${index}`, ''])) })).toBe(
      'metadata',
    );
    expect(paramOf({ metadata: { ['k'.repeat(65)]: 'v' } })).toBe('metadata');
    expect(paramOf({ metadata: { k: 'v'.repeat(513) } })).toBe('metadata');
    expect(paramOf({ metadata: { k: 'a\0b' } })).toBe('metadata');
  });
});
