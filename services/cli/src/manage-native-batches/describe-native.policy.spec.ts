import { describe, expect, it } from '@jest/globals';
import type { NativeBatchObject } from '#libs/contracts';
import { describeNative } from './describe-native.policy.js';

const running: NativeBatchObject = {
  id: 'native_1',
  object: 'native_batch',
  batch_id: 'batch_1',
  organization: 'demo',
  project: 'default',
  provider: 'openai',
  model: 'gpt-4.1-mini',
  state: 'running',
  remote_id: 'batch_abc',
  remote_status: 'in_progress',
  message: null,
  lines: 500,
  lines_at_provider: 498,
  lines_answered: 0,
  savings_usd: '0',
  created_at: '2026-01-01T00:00:00.000Z',
  submitted_at: '2026-01-01T00:00:01.000Z',
  give_up_at: '2026-01-01T22:00:00.000Z',
  ended_at: null,
};

describe('batches at providers for people', () => {
  it('are a table, with what is wrong below and where to go on', () => {
    const failed: NativeBatchObject = {
      ...running,
      id: 'native_2',
      state: 'failed',
      remote_status: 'failed',
      message: 'the file is wrong',
      lines_at_provider: 0,
      lines_answered: 12,
      savings_usd: '0.012',
      ended_at: '2026-01-01T01:00:00.000Z',
    };
    expect(describeNative({ object: 'list', data: [running, failed], has_more: true }).split('\n')).toEqual([
      '  id        provider  model         state                  lines  there  answered  saved   until                     batch',
      '  native_1  openai    gpt-4.1-mini  running (in_progress)  500    498    0         $0.00   2026-01-01T22:00:00.000Z  batch_1',
      '  native_2  openai    gpt-4.1-mini  failed                 500    0      12        $0.012  2026-01-01T01:00:00.000Z  batch_1',
      'native_2: the file is wrong',
      'There are more; go on with --after native_2',
    ]);
  });

  it('are told to be none', () => {
    expect(describeNative({ object: 'list', data: [], has_more: false })).toBe('No batches at providers.');
  });
});
