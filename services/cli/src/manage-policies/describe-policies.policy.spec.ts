import { describe, expect, it } from '@jest/globals';
import { describeChange, describeReplay, describeVersions } from './describe-policies.policy.js';
import type { Replay } from './policy-api.js';

const found: Replay = {
  revision: 7,
  since: '2026-01-01T00:00:00.000Z',
  until: '2026-01-08T00:00:00.000Z',
  requests: 1_000,
  is_cut: false,
  left_out: { without_facts: 0, from_cache: 3 },
  changed: 400,
  refused: { before: 0, after: 5 },
  cost_usd: { before: '12.30', after: '4.10' },
  newly_served: { requests: 7, cost_usd: '0.12' },
  newly_refused: { requests: 5, cost_usd: '0.30' },
  without_cost: 0,
  latency_ms: { before: 820, after: 640 },
  quality: { before: 0.9, after: 0.82 },
  lower_quality: 395,
  higher_quality: 0,
  targets: [
    {
      provider: 'main',
      model: 'large',
      requests: { before: 1_000, after: 595 },
      cost_usd: { before: '12.30', after: '3.20' },
      latency_ms: 820,
      quality: 0.9,
    },
    {
      provider: 'main',
      model: 'small',
      requests: { before: 0, after: 400 },
      cost_usd: { before: '0', after: '0.90' },
      latency_ms: null,
      quality: null,
    },
  ],
  examples: [{ request_id: 'req_1', model: 'chat', before: 'main/large', after: 'main/small', reason: 'rule simple' }],
};

describe('what is told of policies', () => {
  it('is of a replay a line for each target and a sentence on what would change', () => {
    expect(describeReplay(found).split('\n')).toEqual([
      '1000 requests from 2026-01-01 00:00 to 2026-01-08 00:00, decided again; revision 7 is in force.',
      '',
      '  target      share         cost            latency  quality',
      '  main/large  100 % → 60 %  $12.30 → $3.20  820 ms   0.90',
      '  main/small  0 % → 40 %    $0.00 → $0.90   –        –',
      '  (refused)   0 % → 0.5 %',
      '',
      'Would change: 400 of 1000 requests (40 %); cost $12.30 → $4.10; latency 820 ms → 640 ms; quality 0.90 → 0.82; 395 requests to a target of lower quality.',
      '  req_1 chat: main/large → main/small (rule simple)',
      'In no cost above: $0.12 or so for 7 requests that were refused or not answered and would be served; $0.30 for 5 requests that were served and would be refused.',
      'Left out: 0 recorded without the facts of the decision, 3 answered from the cache.',
    ]);
  });

  it('is of a replay without requests why there are none', () => {
    expect(describeReplay({ ...found, requests: 0 })).toContain('No request from');
  });

  it('is of versions which is in force, which on trial, and who made them', () => {
    const version = {
      applied_at: '2026-01-01T10:00:00.000Z',
      digest: '0123456789abcdef',
      in_force: false,
      trial_share: null,
    };
    const text = describeVersions({
      data: [
        { ...version, revision: 3, origin: 'rolled back to 1 by admin', in_force: true },
        { ...version, revision: 2, origin: 'trial by admin', trial_share: 0.1 },
      ],
      has_more: true,
      holds_until_file_changes: true,
    });
    expect(text).toContain('3         2026-01-01 10:00  0123456789ab  in force        rolled back to 1 by admin');
    expect(text).toContain('on trial, 10 %');
    expect(text).toContain('until the configuration file changes');
  });

  it('is of a change the revision that is in force now', () => {
    expect(
      describeChange({
        revision: 4,
        origin: 'trial by admin',
        trial: { revision: 4, share: 0.25 },
        models: { added: [], removed: [] },
      }),
    ).toBe('Revision 4 is in force: trial by admin. On trial: 4, with 25 % of the requests.');
  });

  it('is of a change the models that nobody can call any more, and those that can be called again', () => {
    const models = { added: ['large', 'auto'], removed: ['small'] };
    expect(
      describeChange({ revision: 4, origin: 'rolled back to 1 by admin', trial: null, models }).split('\n'),
    ).toEqual([
      'Revision 4 is in force: rolled back to 1 by admin.',
      'Gone: small. Callers who ask for them are refused.',
      'There now: large, auto.',
    ]);
  });
});
