import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Attempt, BreakerRecord, Target, WorkerReport } from '#libs/contracts';
import { breakerKey, reportKey } from '#libs/health';
import type { HealthBucket, SnapshotWatch } from '#libs/messaging';
import type { Settings } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { FleetTargetHealth } from './fleet-target-health.js';

const CALL = { lane: 'interactive', estimatedPromptTokens: 10 } as const;

const MINUTE_MILLISECONDS = 60_000;
const silent = { info: () => undefined, warn: () => undefined };
const target = (model: string): Target => ({ provider: 'main', model }) as Target;
const attempt = (changes: Partial<Attempt>): Attempt => ({ startedAt: Date.now(), ...changes }) as Attempt;

describe('FleetTargetHealth', () => {
  let reported: WorkerReport | undefined;
  let health: FleetTargetHealth;
  let hear: (key: string, value: unknown) => void;
  let stored: BreakerRecord | undefined;
  let changed: unknown[];
  let removed: string[];

  beforeEach(() => {
    jest.useFakeTimers();
    stored = undefined;
    changed = [];
    removed = [];
    const bucket = {
      onChange: (listener: typeof hear) => (hear = listener),
      start: () => undefined,
      put: (_key: string, report: WorkerReport) => (reported = report),
      change: async (_key: string, change: (value: unknown) => unknown) => void changed.push(change(stored)),
      remove: (key: string) => void removed.push(key),
    };
    const watch = { onChange: () => undefined } as unknown as SnapshotWatch;
    const settings = { instance: 'worker_1' } as Settings;
    health = new FleetTargetHealth(bucket as unknown as HealthBucket, settings, watch, silent as unknown as Logger);
  });
  afterEach(() => {
    health.onApplicationShutdown();
    jest.useRealTimers();
  });

  it('forgets targets that are not called any more, but none with a call under way', async () => {
    const ended = await health.admit(target('ended'), CALL);
    await health.admit(target('runs'), CALL);
    if (ended.kind === 'go') ended.release();
    jest.advanceTimersByTime(9 * MINUTE_MILLISECONDS);
    expect(reported?.targets.map(({ model }) => model)).toEqual(['ended', 'runs']);
    jest.advanceTimersByTime(2 * MINUTE_MILLISECONDS);
    expect(reported?.targets).toMatchObject([{ model: 'runs', inFlight: 1 }]);
  });

  it('has work of the durable lane wait for the first answer of a target, and callers not', async () => {
    const durable = { ...CALL, lane: 'durable' } as const;
    const first = await health.admit(target('new'), durable);
    for (let count = 1; count < 16; count += 1) await health.admit(target('new'), durable);
    const held = health.admit(target('new'), durable);
    expect(held).toBeInstanceOf(Promise);
    expect(health.admit(target('new'), CALL)).toMatchObject({ kind: 'go' });
    if (first.kind === 'go') first.release();
    expect(await held).toMatchObject({ kind: 'go' });
    expect(health.admit(target('new'), durable)).toMatchObject({ kind: 'go' });
  });

  it('lets work of the durable lane go on when an answer begins, whatever that says, and where others have had some', async () => {
    const durable = { ...CALL, lane: 'durable' } as const;
    const fill = async (model: string) => {
      const first = await health.admit(target(model), durable);
      for (let count = 1; count < 16; count += 1) await health.admit(target(model), durable);
      return first;
    };
    const first = await fill('new');
    const held = health.admit(target('new'), durable);
    expect(held).toBeInstanceOf(Promise);
    if (first.kind === 'go') first.learn(undefined);
    expect(await held).toMatchObject({ kind: 'go' });

    await fill('known');
    expect(health.admit(target('known'), durable)).toBeInstanceOf(Promise);
    const statistics = { inFlight: 1, failures: 0, errorShare: 0, requestsThisMinute: 1, tokensThisMinute: 0 };
    const report = { provider: 'main', model: 'known', ...statistics, calls: 1 };
    hear(reportKey('worker_2'), { at: Date.now(), targets: [report] });
    expect(health.admit(target('known'), durable)).toMatchObject({ kind: 'go' });
  });

  it('closes a breaker for what began since, or for the probe itself, whatever the clocks say', () => {
    const key = breakerKey('main', 'm');
    const since = Date.now();
    hear(key, { state: 'probing', since, until: since + 1_000, openings: 1, reason: 'server_error' });
    health.note(target('m'), attempt({ outcome: 'succeeded', startedAt: since - 1 }));
    expect(removed).toEqual([]);
    health.note(target('m'), attempt({ outcome: 'succeeded', startedAt: since }));
    health.note(target('m'), attempt({ outcome: 'succeeded', startedAt: since - 1, role: 'probe' }));
    expect(removed).toEqual([key, key]);
  });

  it('probes when the rest is over by its own clock, though the clock of who opened the breaker runs ahead', async () => {
    const theirs = Date.now() + 10 * MINUTE_MILLISECONDS;
    stored = { state: 'open', at: theirs, since: theirs, until: theirs + 2_000, openings: 1, reason: 'overloaded' };
    hear(breakerKey('main', 'm'), stored);
    await health.admit(target('m'), CALL);
    expect(changed).toEqual([]);
    jest.advanceTimersByTime(2_001);
    await health.admit(target('m'), CALL);
    expect(changed).toEqual([expect.objectContaining({ state: 'probing', prober: 'worker_1', at: Date.now() })]);
  });

  it('keeps nobody from a target for as long as the clock was put back', async () => {
    const now = Date.now();
    const limited = attempt({ outcome: 'failed', errorClass: 'rate_limit' });
    health.note(target('paused'), limited, 30);
    hear(breakerKey('main', 'm'), { state: 'open', since: now, until: now + 2_000, openings: 1, reason: 'overloaded' });
    expect(await health.admit(target('paused'), CALL)).toMatchObject({ kind: 'refused', errorClass: 'rate_limit' });
    jest.setSystemTime(now - 60 * MINUTE_MILLISECONDS);
    expect(await health.admit(target('paused'), CALL)).toMatchObject({ kind: 'go' });
    await health.admit(target('m'), CALL);
    expect(changed).toHaveLength(1);
  });

  it('holds calls back when the provider says that nothing is left, before it refuses, and tells the others', async () => {
    const first = await health.admit(target('m'), CALL);
    if (first.kind === 'go') first.learn({ requests: { remaining: 0, limit: 60, resetMilliseconds: 60_000 } });
    expect(await health.admit(target('m'), CALL)).toEqual({
      kind: 'refused',
      errorClass: 'rate_limit',
      retryAfterSeconds: 1,
    });
    jest.advanceTimersByTime(1_000);
    expect(await health.admit(target('m'), CALL)).toMatchObject({ kind: 'go' });
    expect(reported?.targets[0]?.allowance).toMatchObject({ requests: { remaining: 0, limit: 60 } });
  });

  it('holds calls back by what another worker has heard from the provider', async () => {
    jest.advanceTimersByTime(10_000);
    const now = Date.now();
    const allowance = { at: now, requests: { remaining: 0, limit: 60, resetMilliseconds: 60_000 } };
    const statistics = {
      inFlight: 1,
      calls: 0,
      failures: 0,
      errorShare: 0,
      requestsThisMinute: 1,
      tokensThisMinute: 0,
    };
    hear(reportKey('worker_2'), { at: now, targets: [{ provider: 'main', model: 'm', ...statistics, allowance }] });
    expect(await health.admit(target('m'), CALL)).toMatchObject({ kind: 'refused', errorClass: 'rate_limit' });
  });

  it('leaves the probe of another worker alone when its own comes too late', () => {
    const now = Date.now();
    const failed = attempt({ outcome: 'failed', errorClass: 'server_error', role: 'probe' });
    stored = { state: 'probing', since: now, until: now + 1, openings: 1, reason: 'connection', prober: 'worker_2' };
    health.note(target('m'), failed);
    stored = { ...stored, prober: 'worker_1' };
    health.note(target('m'), failed);
    expect(changed).toEqual([undefined, expect.objectContaining({ state: 'open', openings: 2 })]);
  });
});
