import { describe, expect, it } from '@jest/globals';
import type { RequestEnded } from '#libs/contracts';
import { buildRequestEnded } from '#libs/testing';
import { TrailCompleteness } from './trail-completeness.js';

const decision: RequestEnded['decision'] = { snapshotRevision: 1, strategy: 'priority', candidates: [] };
const entry = (type: string, body: object, minute = 0): string =>
  JSON.stringify({
    object: 'audit.entry',
    type,
    recorded_at: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
    body: JSON.stringify(body),
  });
const request = (changes: Partial<RequestEnded> = {}): RequestEnded => buildRequestEnded({ decision, ...changes });
const charges = (...requestIds: string[]): object => ({
  noteId: 'note_charges_0123456789ab',
  organization: 'demo',
  type: 'charges.recorded',
  actor: { kind: 'system', id: 'billing' },
  subject: { kind: 'ledger', id: 'demo' },
  detail: { charges: requestIds.map((requestId) => ({ requestId, project: 'default', costNanoUsd: '1' })) },
  happenedAt: 1,
});
const end = entry('key.created', {}, 30);
const reported = (...lines: string[]) => {
  const completeness = new TrailCompleteness();
  for (const line of lines) completeness.take(line);
  return completeness.finish();
};

describe('the completeness of a trail', () => {
  it('is whole where every request has its charge, whichever came first, also told twice', () => {
    const [one, two] = [request(), request({ outcome: 'failed' })];
    const note = entry('charges.recorded', charges(one.requestId, two.requestId));
    const report = reported(entry('request.completed', one), note, entry('request.failed', two), note, end);
    expect(report).toEqual({ requests: 2, charges: 2, awaited: 0, missed: 0, missing: [], isPartial: false });
  });

  it('misses a charge that has not come in its time, and waits for one that may still', () => {
    const [old, young] = [request(), request()];
    const report = reported(entry('request.completed', old), end, entry('request.completed', young, 30));
    expect(report).toMatchObject({
      awaited: 1,
      missed: 1,
      missing: [{ requestId: old.requestId, what: 'charge' }],
    });
  });

  it('misses the entry of a request that was charged, unless entries are left out', () => {
    const note = entry('charges.recorded', charges('req_0123456789'));
    expect(reported(note, end).missing).toEqual([{ requestId: 'req_0123456789', what: 'entry' }]);
    const partial = reported(JSON.stringify({ object: 'audit.withheld', from: 0, until: 9, nodes: [] }), note, end);
    expect(partial).toMatchObject({ missed: 0, isPartial: true });
  });

  it('misses decisions of those that called somebody, and verdicts of those that a guard refused', () => {
    const undecided = request({ decision: undefined });
    const unasked = request({ decision: undefined, attempts: [] });
    const error = { class: 'content_filter', code: 'guard_blocked', message: 'x', status: 400 } as const;
    const unsaid = request({ outcome: 'failed', attempts: [], error });
    const all = [undecided, unasked, unsaid];
    const note = entry('charges.recorded', charges(...all.map(({ requestId }) => requestId)));
    const report = reported(...all.map((event) => entry(`request.${event.outcome}`, event)), note, end);
    expect(report.missing).toEqual([
      { requestId: undecided.requestId, what: 'decision' },
      { requestId: unsaid.requestId, what: 'verdicts' },
    ]);
  });
});
