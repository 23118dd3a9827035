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
