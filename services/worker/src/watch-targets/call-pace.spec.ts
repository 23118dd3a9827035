import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { TargetAllowance } from '#libs/contracts';
import { CallPace, type PacedCall } from './call-pace.js';
import type { ProviderAllowance } from './provider-allowance.policy.js';

const MINUTE = 60_000;
const DURABLE: PacedCall = { lane: 'durable', estimatedPromptTokens: 100 };
const WAITING: PacedCall = { lane: 'interactive', estimatedPromptTokens: 100 };

/** A pace that has heard this in the answer to its first call. */
function paceThatHeard(allowance: ProviderAllowance, { at = 0, now = 0, callers = 1 } = {}): CallPace {
  const pace = new CallPace();
  pace.learn(allowance, pace.began(WAITING, at), { now, callers });
  return pace;
}

describe('the pace of calls', () => {
  it('holds nothing back while nobody has spoken of limits', () => {
    const pace = new CallPace();
    for (let count = 0; count < 1_000; count += 1) pace.began(DURABLE, 0);
    expect(pace.wait(DURABLE, 0)).toBe(0);
  });

  it('makes a call wait until there is room for it, as the limit fills', () => {
    const pace = paceThatHeard({ requests: { remaining: 0, limit: 60, resetMilliseconds: MINUTE } });
    expect(pace.wait(WAITING, 0)).toBe(1_000);
    expect(pace.wait(WAITING, 1_000)).toBe(0);
    pace.began(WAITING, 1_000);
    expect(pace.wait(WAITING, 1_500)).toBe(500);
  });

  it('counts the calls begun since the one that was answered', () => {
    const pace = new CallPace();
    const mark = pace.began(WAITING, 0);
    for (let count = 0; count < 4; count += 1) pace.began(WAITING, 0);
    pace.learn({ requests: { remaining: 5, limit: 60, resetMilliseconds: 55_000 } }, mark, { now: 0, callers: 1 });
    expect(pace.wait(WAITING, 0)).toBe(0);
    pace.began(WAITING, 0);
    expect(pace.wait(WAITING, 0)).toBeGreaterThan(0);
  });

  it('goes by tokens where these are short, and lets a call through that is larger than the limit when all is there', () => {
    const pace = paceThatHeard({ tokens: { remaining: 500, limit: 6_000, resetMilliseconds: 55_000 } });
    expect(pace.wait({ ...WAITING, estimatedPromptTokens: 500 }, 0)).toBe(0);
    expect(pace.wait({ ...WAITING, estimatedPromptTokens: 100, maxCompletionTokens: 500 }, 0)).toBe(1_000);
    expect(pace.wait({ ...WAITING, estimatedPromptTokens: 90_000 }, 55_000)).toBe(0);
  });

  it('leaves a part of each limit to callers that wait', () => {
    const pace = paceThatHeard({ requests: { remaining: 4, limit: 100, resetMilliseconds: 57_600 } });
    expect(pace.wait(WAITING, 0)).toBe(0);
    expect(pace.wait(DURABLE, 0)).toBeGreaterThan(0);
  });

  it('waits for the reset where no limit is named, and believes a word for a minute at most', () => {
    const pace = paceThatHeard({ requests: { remaining: 0, resetMilliseconds: 2_000 } });
    expect(pace.wait(WAITING, 500)).toBe(1_500);
    expect(pace.wait(WAITING, 2_000)).toBe(0);
    const daily = paceThatHeard({ requests: { remaining: 0, limit: 100, resetMilliseconds: 1_440 * MINUTE } });
    expect(daily.wait(WAITING, 1_000)).toBe(59_000);
    expect(daily.wait(WAITING, MINUTE)).toBe(0);
    expect(daily.wait(WAITING, MINUTE)).toBe(MINUTE);
  });

  it('hears from others what it does not know itself', () => {
    const pace = new CallPace();
    const told = paceThatHeard(
      { requests: { remaining: 0, limit: 60, resetMilliseconds: MINUTE } },
      { at: 5_000 },
    ).told;
    if (!told.allowance) throw new Error('nothing was told');
    expect(pace.isNews(told.allowance, 6_000)).toBe(true);
    pace.hear(told.allowance, { now: 5_500, callers: 1 });
    expect(pace.wait(WAITING, 5_500)).toBeGreaterThan(0);
    expect(pace.isNews(told.allowance, 6_000)).toBe(false);
  });

  it('lets few calls of the durable lane go before the first answer, and not for long, while callers go on', async () => {
    const pace = new CallPace();
    const marks = Array.from({ length: 16 }, () => pace.began(DURABLE, 1_000));
    const first = pace.firstAnswer(DURABLE, 1_000);
    expect(first).toBeInstanceOf(Promise);
    expect(pace.firstAnswer(WAITING, 1_000)).toBeUndefined();
    expect(pace.firstAnswer(DURABLE, 6_000)).toBeUndefined();
    if (marks[0]) pace.ended(marks[0]);
    await first;
    expect(pace.firstAnswer(DURABLE, 1_001)).toBeUndefined();
  });

  it('does not believe that calls were counted which another has overtaken', () => {
    const pace = new CallPace();
    const [slow, quick] = [pace.began(WAITING, 0), pace.began(WAITING, 0)];
    pace.learn({ requests: { remaining: 1, limit: 60, resetMilliseconds: 59_000 } }, quick, { now: 0, callers: 1 });
    expect(pace.wait(WAITING, 0)).toBeGreaterThan(0);
    pace.ended(quick);
    pace.ended(slow);
  });

  it('lets waiting work of the durable lane come in turns, not all at once', () => {
    const pace = paceThatHeard({ requests: { remaining: 0, limit: 600, resetMilliseconds: MINUTE } });
    const waits = Array.from({ length: 20 }, () => pace.wait(DURABLE, 0));
    expect(new Set(waits.slice(0, 10)).size).toBe(10);
    expect(Math.max(...waits)).toBeLessThanOrEqual(5_000);
  });
});

interface Trial {
  readonly perMinute: number;
  readonly workers: number;
  readonly latency: number;
  readonly concurrency: number;
  /** How much later a worker may begin than another. */
  readonly spread: number;
  /** How long a call may take on its way to the provider, where another overtakes it. */
  readonly way: number;
}

const STEP = 20;
const REPORT_EVERY = 500;
/** So many calls of the durable lane go before the first answer, if that comes within this time. */
const FIRST_CALLS = 16;
const FIRST_ANSWER = 5_000;

function newest(told: readonly (TargetAllowance | undefined)[]): TargetAllowance | undefined {
  return told.reduce((one, other) => (one && (!other || one.at >= other.at) ? one : other), undefined);
}

/** What is to happen at which step, in the order of their times. */
class Agenda {
  private readonly steps = new Map<number, { readonly at: number; readonly happen: () => void }[]>();

  add(at: number, happen: () => void): void {
    const step = Math.ceil(at / STEP);
    const due = this.steps.get(step);
    if (due) due.push({ at, happen });
    else this.steps.set(step, [{ at, happen }]);
  }

  happen(now: number): void {
    const due = this.steps.get(now / STEP) ?? [];
    this.steps.delete(now / STEP);
    for (const { happen } of due.toSorted((one, other) => one.at - other.at)) happen();
  }
}

/** A provider whose limit is a bucket that fills by the time, and workers that call it as often as their pace lets them. */
function run({ perMinute, workers, latency, concurrency, spread, way }: Trial, milliseconds: number) {
  let left = perMinute;
  let filledAt = 0;
  let [served, refused, sent] = [0, 0, 0];
  const fleet = Array.from({ length: workers }, (_, index) => ({
    pace: new CallPace(),
    underWay: 0,
    again: (index * spread) / workers,
  }));
  const agenda = new Agenda();
  const serve = (at: number): ProviderAllowance => {
    left = Math.min(perMinute, left + (Math.max(0, at - filledAt) * perMinute) / MINUTE);
    filledAt = Math.max(filledAt, at);
    const isServed = left >= 1;
    if (isServed) left -= 1;
    served += isServed ? 1 : 0;
    refused += isServed ? 0 : 1;
    const resetMilliseconds = ((perMinute - left) * MINUTE) / perMinute;
    return { requests: { remaining: Math.floor(left), limit: perMinute, resetMilliseconds } };
  };
  const begin = (worker: (typeof fleet)[number], now: number): void => {
    const mark = worker.pace.began(DURABLE, now);
    worker.underWay += 1;
    // As unlike from call to call as it can be, and the same in each run.
    const arrivesAt = now + ((sent++ * 7_919) % 100) * (way / 100);
    const answered = (allowance: ProviderAllowance, at: number): void => {
      worker.underWay -= 1;
      worker.pace.learn(allowance, mark, { now: at, callers: workers });
      worker.pace.ended(mark);
    };
    const arrive = (): void => {
      const allowance = serve(arrivesAt);
      agenda.add(arrivesAt + latency, () => answered(allowance, arrivesAt + latency));
    };
    if (arrivesAt === now) arrive();
    else agenda.add(arrivesAt, arrive);
  };
  let news: TargetAllowance | undefined;
  for (let now = 0; now < milliseconds; now += STEP) {
    if (now % REPORT_EVERY === 0) news = newest(fleet.map(({ pace }) => pace.told.allowance));
    agenda.happen(now);
    for (const worker of fleet) {
      while (worker.underWay < concurrency && now >= worker.again && !worker.pace.firstAnswer(DURABLE, now)) {
        if (news && worker.pace.isNews(news, now)) worker.pace.hear(news, { now, callers: workers });
        const wait = worker.pace.wait(DURABLE, now);
        if (wait > 0) worker.again = now + wait;
        else begin(worker, now);
      }
    }
  }
  return { served, refused };
}

describe('a fleet that is paced by the words of a provider', () => {
  it('is not refused where workers begin in the same instant and use up the limit in a few rounds', () => {
    const { served, refused } = run(
      { perMinute: 120, workers: 4, latency: 20, concurrency: 11, spread: 0, way: 0 },
      5 * MINUTE,
    );
    expect(refused).toBe(0);
    expect(served).toBeGreaterThan(5 * 120);
  });

  it('is hardly ever refused but for what is sent before a first word, one process alone never, and still uses nearly all that the limit lets through', () => {
    const trial = fc.record({
      perMinute: fc.integer({ min: 30, max: 3_000 }),
      workers: fc.integer({ min: 1, max: 8 }),
      latency: fc.oneof(fc.integer({ min: 20, max: 2_000 }), fc.integer({ min: 2_000, max: 30_000 })),
      concurrency: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 12, max: 100 })),
      spread: fc.constantFrom(0, 100, 1_000),
      way: fc.constantFrom(0, 10, 200),
    });
    fc.assert(
      fc.property(trial, (given) => {
        const { perMinute, workers, latency, concurrency, spread, way } = given;
        const { served, refused } = run(given, 5 * MINUTE);
        const most = (workers * concurrency * 5 * MINUTE) / Math.ceil((latency + way) / STEP + 1) / STEP;
        // Before its first answer nobody knows of a limit: what all send in the same instant may be more than the whole of it, and
        // what a process sends that begins later takes what the others, who cannot know of it, count as theirs.
        const blind = latency + way < FIRST_ANSWER ? Math.min(concurrency, FIRST_CALLS) : concurrency;
        const inOneInstant = Math.max(0, workers * blind - perMinute);
        const later = spread === 0 ? 0 : (workers - 1) * blind;
        const stale = workers === 1 ? 0 : Math.ceil(served / 100);
        expect(refused).toBeLessThanOrEqual(Math.max(inOneInstant, later) + stale);
        expect(served).toBeGreaterThan(0.8 * Math.min(5 * perMinute, most));
      }),
      { numRuns: 60 },
    );
  });
});
