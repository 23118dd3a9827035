import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Target, WorkerReport } from '#libs/contracts';
import type { HealthBucket, SnapshotWatch } from '#libs/messaging';
import type { Settings } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { FleetTargetHealth } from './fleet-target-health.js';

const MINUTE_MILLISECONDS = 60_000;
const target = (model: string): Target => ({ provider: 'main', model }) as Target;

describe('FleetTargetHealth', () => {
  let reported: WorkerReport | undefined;
  let health: FleetTargetHealth;

  beforeEach(() => {
    jest.useFakeTimers();
    const bucket = {
      onChange: () => undefined,
      start: () => undefined,
      put: (_key: string, report: WorkerReport) => (reported = report),
      remove: () => undefined,
    };
    const watch = { onChange: () => undefined } as unknown as SnapshotWatch;
    const settings = { instance: 'worker_1' } as Settings;
    health = new FleetTargetHealth(bucket as unknown as HealthBucket, settings, watch, {} as Logger);
  });
  afterEach(() => {
    health.onApplicationShutdown();
    jest.useRealTimers();
  });

  it('forgets targets that are not called any more, but none with a call under way', async () => {
    const ended = await health.admit(target('ended'));
    await health.admit(target('runs'));
    if (ended.kind === 'go') ended.release();
    jest.advanceTimersByTime(9 * MINUTE_MILLISECONDS);
    expect(reported?.targets.map(({ model }) => model)).toEqual(['ended', 'runs']);
    jest.advanceTimersByTime(2 * MINUTE_MILLISECONDS);
    expect(reported?.targets).toMatchObject([{ model: 'runs', inFlight: 1 }]);
  });
});
