import { describe, expect, it } from '@jest/globals';
import type { Attempt } from '#libs/contracts';
import { TargetStatistics } from './target-statistics.js';

const attempt = (changes: Partial<Attempt> = {}): Attempt => ({
  provider: 'main',
  model: 'm',
  priceVersion: 'price_1',
  startedAt: 0,
  durationMilliseconds: 1_100,
  firstByteMilliseconds: 100,
  outcome: 'succeeded',
  usage: { promptTokens: 50, completionTokens: 200 },
  ...changes,
});
const failed = (errorClass: Attempt['errorClass']): Attempt =>
  attempt({ outcome: 'failed', errorClass, usage: undefined });

describe('TargetStatistics', () => {
  const START = 1_000_000;

  it('measures time to first token, time in all and tokens per second', () => {
    const statistics = new TargetStatistics('main', 'm', 30_000);
    for (let call = 0; call < 10; call++) statistics.note(attempt(), START + call);

    expect(statistics.report(START + 10)).toMatchObject({
      calls: 10,
      failures: 0,
      firstTokenMilliseconds: { p50: 100, p99: 100 },
      totalMilliseconds: { p50: 1_100 },
      tokensPerSecond: { p50: 200 },
      tokensThisMinute: 2_500,
    });
  });

  it('counts failures that lie with the target, in the window alone', () => {
    const statistics = new TargetStatistics('main', 'm', 30_000);
    for (const name of ['server_error', 'rate_limit', 'invalid_request', 'cancelled', 'connection'] as const) {
      statistics.note(failed(name), START);
    }

    expect(statistics.recentCalls(START)).toEqual({ calls: 2, failures: 2, consecutiveFailures: 2 });
    expect(statistics.recentCalls(START + 31_000)).toEqual({ calls: 0, failures: 0, consecutiveFailures: 2 });
    statistics.note(attempt(), START + 31_000);
    expect(statistics.recentCalls(START + 31_000).consecutiveFailures).toBe(0);
  });

  it('forgets what was counted in a time to come, when the clock is put back', () => {
    const statistics = new TargetStatistics('main', 'm', 30_000);
    const hour = 3_600_000;
    for (let call = 0; call < 10; call++) {
      statistics.began(START + hour);
      statistics.note(attempt(), START + hour);
      statistics.ended();
    }
    statistics.began(START);

    expect(statistics.report(START + 1)).toMatchObject({ calls: 0, requestsThisMinute: 1, tokensThisMinute: 0 });
    expect(statistics.report(START + 1)).not.toHaveProperty('totalMilliseconds');
    expect(statistics.report(START + 61_000)).toMatchObject({ requestsThisMinute: 0 });
  });

  it('counts calls under way and requests of the last minute', () => {
    const statistics = new TargetStatistics('main', 'm', 30_000);
    statistics.began(START);
    statistics.began(START + 30_000);
    statistics.ended();

    expect(statistics.report(START + 59_000)).toMatchObject({ inFlight: 1, requestsThisMinute: 2 });
    expect(statistics.report(START + 61_000)).toMatchObject({ requestsThisMinute: 1 });
  });
});
