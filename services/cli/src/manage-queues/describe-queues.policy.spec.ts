import { describe, expect, it } from '@jest/globals';
import { describeQueues } from './describe-queues.policy.js';

describe('the queues for people', () => {
  it('are a table with the pauses below', () => {
    const text = describeQueues({
      object: 'list',
      data: [
        {
          model: 'gpt-small',
          waiting: 9_000,
          under_way: 500,
          projects: 2,
          per_second: 50,
          seconds_left: 190,
          paused: 0,
          limited: 40,
          unavailable: 8_960,
        },
        {
          model: '*',
          waiting: 3,
          under_way: 0,
          projects: 1,
          per_second: 0,
          seconds_left: null,
          paused: 3,
          limited: 0,
          unavailable: 0,
        },
      ],
      pauses: [
        {
          scope: 'project',
          name: 'demo/ci',
          reason: 'audit',
          paused_by: 'admin',
          paused_at: '2026-01-01T00:00:00Z',
          until: null,
        },
      ],
    });
    expect(text.split('\n')).toEqual([
      '  model      waiting  under way  projects  per second  done in  paused  no room  no provider',
      '  gpt-small  9000     500        2         50.0        4 min            40       8960',
      '  *          3        0          1         0.0         –        3',
      'Paused: project demo/ci, by admin (audit)',
    ]);
  });

  it('are told to be empty', () => {
    expect(describeQueues({ object: 'list', data: [], pauses: [] })).toBe('No durable work waits or is under way.');
  });
});
