import { describe, expect, it } from '@jest/globals';
import type { TargetReport, WorkerReport } from '#libs/contracts';
import { TargetBoard } from './target-board.js';
import { breakerKey, reportKey } from './target-key.js';

const report = (changes: Partial<TargetReport>): WorkerReport => ({
  at: 0,
  targets: [
    {
      provider: 'main',
      model: 'org/model.v1',
      inFlight: 0,
      calls: 0,
      failures: 0,
      errorShare: 0,
      requestsThisMinute: 0,
      tokensThisMinute: 0,
      ...changes,
    },
  ],
});
const quantiles = (value: number) => ({ p50: value, p90: value, p95: value, p99: value });

function boardAt(): { board: TargetBoard; clock: { now: number } } {
  const clock = { now: 1_000 };
  return { board: new TargetBoard(() => clock.now), clock };
}

describe('TargetBoard', () => {
  it('puts the reports of all workers together, each by its newest', () => {
    const { board } = boardAt();
    board.take(reportKey('one'), report({ inFlight: 9 }));
    board.take(
      reportKey('one'),
      report({ inFlight: 2, calls: 30, errorShare: 1, firstTokenMilliseconds: quantiles(100) }),
    );
    board.take(
      reportKey('two'),
      report({ inFlight: 3, calls: 10, errorShare: 0, firstTokenMilliseconds: quantiles(300) }),
    );

    expect(board.state('main', 'org/model.v1')).toMatchObject({
      inFlight: 5,
      calls: 40,
      errorShare: 0.75,
      firstTokenMilliseconds: quantiles(150),
    });
    expect(board.inFlightElsewhere('main', 'org/model.v1', 'two')).toBe(2);
  });

  it('forgets the calls of a worker that left or fell silent', () => {
    const { board, clock } = boardAt();
    board.take(reportKey('one'), report({ inFlight: 4 }));
    clock.now += 10_000;
    board.take(reportKey('two'), report({ inFlight: 1 }));
    clock.now += 6_000;
    board.forgetSilent();
    expect(board.state('main', 'org/model.v1')?.inFlight).toBe(1);
    board.take(reportKey('two'), undefined);
    expect(board.state('main', 'org/model.v1')?.inFlight).toBe(0);
  });

  it('takes breakers and pauses of a worker whose clock runs ahead for as long as they were to last', () => {
    const { board, clock } = boardAt();
    const theirs = clock.now + 600_000;
    const breaker = {
      state: 'open',
      at: theirs,
      since: theirs,
      until: theirs + 2_000,
      openings: 1,
      reason: 'overloaded',
    };
    const key = breakerKey('main', 'org/model.v1');
    board.take(key, breaker);
    board.take(reportKey('one'), { ...report({ coolingUntil: theirs + 3_000 }), at: theirs });
    clock.now += 500;
    board.take(key, breaker);
    expect(board.state('main', 'org/model.v1')).toMatchObject({
      breaker: { since: 1_000, until: 3_000 },
      coolingUntil: 4_000,
    });
  });

  it('gives no breaker a longer rest because it is heard of late', () => {
    const { board, clock } = boardAt();
    const breaker = { state: 'open', at: 0, since: 0, until: 1_500, openings: 1, reason: 'overloaded' };
    board.take(breakerKey('main', 'm'), breaker);
    expect([board.breaker('main', 'm')?.until, clock.now]).toEqual([1_500, 1_000]);
  });

  it('takes no worker for alive because its last report is read again', () => {
    const { board, clock } = boardAt();
    board.take(reportKey('one'), report({ inFlight: 4 }));
    clock.now += 10_000;
    board.take(reportKey('one'), report({ inFlight: 4 }));
    clock.now += 6_000;
    board.forgetSilent();
    expect(board.state('main', 'org/model.v1')?.inFlight).toBe(0);
    expect(board.inFlightElsewhere('main', 'org/model.v1', 'two')).toBe(0);
    board.take(reportKey('one'), { ...report({ inFlight: 4 }), at: 1 });
    expect(board.inFlightElsewhere('main', 'org/model.v1', 'two')).toBe(4);
  });

  it('knows a breaker as long as its entry is there', () => {
    const { board } = boardAt();
    const breaker = { state: 'open', since: 1, until: 2, openings: 1, reason: 'connection' };
    board.take(breakerKey('main', 'org/model.v1'), breaker);
    expect(board.state('main', 'org/model.v1')?.breaker).toEqual(breaker);
    board.take(breakerKey('main', 'org/model.v1'), undefined);
    expect(board.state('main', 'org/model.v1')).toBeUndefined();
  });

  it('leaves aside what it cannot read', () => {
    const { board } = boardAt();
    for (const [key, value] of [
      ['other', {}],
      [reportKey('one'), { at: 'x' }],
      [breakerKey('main', 'm'), 'open'],
      ['breaker.main', {}],
    ] as const) {
      board.take(key, value);
    }
    expect(board.state('main', 'm')).toBeUndefined();
  });
});
