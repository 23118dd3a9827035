import { describe, expect, it } from '@jest/globals';
import { metrics } from '#libs/telemetry';
import { PausedTime } from './paused-time.js';
import type { Pause } from './pauses.policy.js';

const pause = (scope: Pause['scope'], name: string): Pause => ({
  scope,
  name,
  reason: null,
  pausedBy: 'admin',
  pausedAt: new Date(0),
  until: null,
});

function secondsOf(scope: string, name: string): number {
  const reading = metrics.queuePausedSeconds.read();
  if (reading.kind !== 'counter') throw new Error('a time that only grows is told as something else');
  return reading.points.find(({ attributes: of }) => of['scope'] === scope && of['name'] === name)?.value ?? 0;
}

describe('the time of pauses', () => {
  it('is counted for each from look to look, and not while nobody looked', () => {
    const time = new PausedTime();
    const [model, provider] = [pause('model', 'timed'), pause('provider', 'timed')];
    time.look([model], 1_000);
    time.look([model, provider], 2_500);
    expect([secondsOf('model', 'timed'), secondsOf('provider', 'timed')]).toEqual([1.5, 0]);
    time.look([], 3_000);
    expect([secondsOf('model', 'timed'), secondsOf('provider', 'timed')]).toEqual([2, 0.5]);
    time.look([model], 4_000);
    time.look([model], 40_000);
    time.look([model], 41_000);
    expect(secondsOf('model', 'timed')).toBe(3);
  });

  it('is told without the names of projects', () => {
    const time = new PausedTime();
    time.look([pause('project', 'acme/web'), pause('project', 'globex/app')], 1_000);
    time.look([], 2_000);
    expect(secondsOf('project', '')).toBe(2);
    const { points } = metrics.queuePausedSeconds.read();
    expect(JSON.stringify(points)).not.toMatch(/acme|globex/);
  });
});
