import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { errorClass, type ErrorClass, type Target } from '#libs/contracts';
import { nextPosition, stepAfter, type FailureAtHand } from './next-step.policy.js';

const target = (model: string, onlyAfter?: Target['onlyAfter']): Target =>
  ({ provider: 'main', model, ...(onlyAfter ? { onlyAfter } : {}) }) as Target;

const atHand = (errorClassAtHand: ErrorClass, changes: Partial<FailureAtHand> = {}): FailureAtHand => ({
  failure: { errorClass: errorClassAtHand },
  lane: 'interactive',
  slip: { targets: [target('a')], position: 0 },
  retriesMade: 0,
  leftMilliseconds: 60_000,
  mayRetry: () => true,
  random: () => 0,
  ...changes,
});
const TWO = { targets: [target('a'), target('b')], position: 0 };

describe('stepAfter', () => {
  it('goes on to the next target at once for what lies with the provider, and gives up for what lies with the request', () => {
    const goesOn = errorClass.options.filter((name) => stepAfter(atHand(name, { slip: TWO })).kind === 'go_on');

    expect(goesOn).toEqual([
      'authentication',
      'permission',
      'not_found',
      'context_too_long',
      'rate_limit',
      'quota',
      'overloaded',
      'server_error',
      'first_byte_timeout',
      'idle_timeout',
      'attempt_timeout',
      'connection',
      'cut_stream',
      'bad_answer',
      'unsupported',
      'target_busy',
      'target_unhealthy',
    ]);
  });

  it('tries the last target again for what may pass, with a wait that doubles', () => {
    const waits = [0, 1, 2].map((retriesMade) => stepAfter(atHand('overloaded', { retriesMade })));

    expect(waits).toEqual([
      { kind: 'retry', waitMilliseconds: 250 },
      { kind: 'retry', waitMilliseconds: 500 },
      { kind: 'give_up' },
    ]);
  });

  it('never comes back before the provider said, and not at all where that is too long for a caller', () => {
    const after = (retryAfterSeconds: number, lane: FailureAtHand['lane'] = 'interactive') =>
      stepAfter(atHand('rate_limit', { failure: { errorClass: 'rate_limit', retryAfterSeconds }, lane }));

    expect(after(2)).toEqual({ kind: 'retry', waitMilliseconds: 2_000 });
    expect(after(60)).toEqual({ kind: 'give_up' });
    expect(after(50, 'durable')).toEqual({ kind: 'retry', waitMilliseconds: 50_000 });
  });

  it('lets a job wait for room in its target as long as it takes, until its deadline', () => {
    const waiting = (changes: Partial<FailureAtHand>) =>
      stepAfter(atHand('target_busy', { lane: 'durable', wasCalled: false, retriesMade: 20, ...changes }));

    expect(waiting({})).toEqual({ kind: 'retry', waitMilliseconds: 500 });
    expect(waiting({ leftMilliseconds: 100 })).toEqual({ kind: 'retry', waitMilliseconds: 500 });
    expect(waiting({ failure: { errorClass: 'rate_limit', retryAfterSeconds: 3_600 } })).toEqual({
      kind: 'retry',
      waitMilliseconds: 600_000,
    });
    expect(waiting({ untilDeadlineMilliseconds: 400 })).toEqual({ kind: 'give_up' });
    expect(waiting({ wasCalled: true })).toEqual({ kind: 'give_up' });
    expect(waiting({ lane: 'interactive' })).toEqual({ kind: 'give_up' });
  });

  it('tries no more without time or without budget', () => {
    expect(stepAfter(atHand('server_error', { leftMilliseconds: 100 }))).toEqual({ kind: 'give_up' });
    expect(stepAfter(atHand('server_error', { mayRetry: () => false }))).toEqual({ kind: 'give_up' });
    expect(stepAfter(atHand('server_error', { slip: TWO, leftMilliseconds: 0 }))).toEqual({ kind: 'give_up' });
  });

  it('tries the same target first where the policy says so, and goes on when that did not help', () => {
    const retry = { attempts: 1, backoffMilliseconds: 100, mostWaitMilliseconds: 1_000 };
    const slip = { ...TWO, execution: { failures: { server_error: { retry }, invalid_request: { goOn: true } } } };

    expect(stepAfter(atHand('server_error', { slip }))).toEqual({ kind: 'retry', waitMilliseconds: 50 });
    expect(stepAfter(atHand('server_error', { slip, retriesMade: 1 }))).toEqual({ kind: 'go_on', position: 1 });
    expect(stepAfter(atHand('invalid_request', { slip }))).toEqual({ kind: 'go_on', position: 1 });
  });

  it('ends for any failure, whatever the rules', () => {
    fc.assert(
      fc.property(fc.constantFrom(...errorClass.options), fc.nat({ max: 3 }), fc.boolean(), (name, last, isDurable) => {
        const targets = Array.from({ length: last + 1 }, (_, index) => target(`m${index}`));
        let slip = { targets, position: 0 };
        let steps = 0;
        for (let retriesMade = 0; steps < 200; steps++) {
          const step = stepAfter(atHand(name, { slip, retriesMade, lane: isDurable ? 'durable' : 'interactive' }));
          if (step.kind === 'give_up') break;
          if (step.kind === 'retry') retriesMade++;
          else {
            expect(step.position).toBeGreaterThan(slip.position);
            slip = { ...slip, position: step.position };
            retriesMade = 0;
          }
        }
        expect(steps).toBeLessThan(60);
      }),
    );
  });
});

describe('nextPosition', () => {
  const targets = [
    target('a'),
    target('long', 'context_too_long'),
    target('b'),
    target('filter', 'content_filter'),
    target('longer', 'context_too_long'),
  ];

  it('passes over targets that are kept for a class of failure', () => {
    expect(nextPosition({ targets, position: 0 }, 'server_error', true)).toBe(2);
    expect(nextPosition({ targets, position: 2 }, 'server_error', true)).toBeUndefined();
  });

  it('takes those kept for the class at hand first, even where nothing else would go on', () => {
    expect(nextPosition({ targets, position: 0 }, 'context_too_long', true)).toBe(1);
    expect(nextPosition({ targets, position: 1 }, 'context_too_long', true)).toBe(4);
    expect(nextPosition({ targets, position: 0 }, 'content_filter', false)).toBe(3);
  });

  it('goes on among its like where one of them fails', () => {
    expect(nextPosition({ targets, position: 1 }, 'server_error', true)).toBe(4);
  });
});
