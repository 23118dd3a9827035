import { describe, expect, it } from '@jest/globals';
import { decisionRecord, factsRecord } from './decision-record.js';

describe('the record of a decision', () => {
  it('names the rule and, of each candidate, filter, score and model', () => {
    const candidates = [
      { provider: 'a', model: 'x', outcome: 'dropped' as const, reason: 'no', filter: 'tier', servesModel: 'big' },
      { provider: 'b', model: 'y', outcome: 'planned' as const, rank: 0, reason: 'first', score: 2 },
    ];
    const decision = { snapshotRevision: 3, strategy: 'score', rule: 'night', trial: true, candidates };
    expect(decisionRecord(decision)).toEqual({
      configuration_revision: 3,
      strategy: 'score',
      rule: 'night',
      trial: true,
      candidates: [
        { provider: 'a', model: 'x', outcome: 'dropped', reason: 'no', filter: 'tier', serves_model: 'big' },
        { provider: 'b', model: 'y', outcome: 'planned', rank: 0, reason: 'first', score: 2 },
      ],
    });
    expect(decisionRecord({ snapshotRevision: 3, strategy: 'none', candidates: [] })).toMatchObject({ rule: null });
  });

  it('tells facts in the words of the API, and metadata in those of the caller', () => {
    const facts = {
      usesTools: true,
      metadata: { callerName: 'x' },
      deadline: 0,
      wishes: { maxPrice: { requestNanoUsd: '1' }, attemptTimeoutMilliseconds: 5, targets: [{ provider: 'a' }] },
    };
    expect(factsRecord(facts)).toEqual({
      uses_tools: true,
      metadata: { callerName: 'x' },
      deadline: '1970-01-01T00:00:00.000Z',
      wishes: { max_price: { request_nano_usd: '1' }, attempt_timeout_ms: 5, targets: [{ provider: 'a' }] },
    });
  });
});
