import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RateLimits } from '#libs/contracts';
import { LimitBucket, MessagingParts } from '#libs/messaging';
import { eventually, startNatsForTests, type NatsForTests } from '#libs/testing';
import type { AppliedLimit } from './limit-index.js';
import { LimitGate, type TakenLimits } from './limit-gate.js';
import { LimitReached, LimitUnknown } from './limit-reached.js';

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };
const PROCESSES = 3;

let nats: NatsForTests;
let processes: { parts: MessagingParts; gate: LimitGate }[];
let named = 0;

beforeAll(async () => {
  nats = await startNatsForTests();
  processes = await Promise.all(
    Array.from({ length: PROCESSES }, async (_, index) => {
      const parts = await MessagingParts.open(nats.url, 'test', SILENT);
      return { parts, gate: new LimitGate(parts.messaging, new LimitBucket(parts.messaging), `p${index}`) };
    }),
  );
});
afterAll(async () => {
  for (const { gate, parts } of processes) {
    await gate.stop();
    await parts.close();
  }
  await nats.stop();
});

/** Limits of an owner that no other test has. */
function limited(limits: RateLimits): AppliedLimit {
  named += 1;
  return { subject: `demo.${named}`, owner: `project demo/${named}`, limits };
}

const gate = (index: number): LimitGate => (processes[index % PROCESSES] as { gate: LimitGate }).gate;

/** Who of so many callers at once, over all processes, was let through. */
async function crowd(callers: number, applied: readonly AppliedLimit[], tokens = 1) {
  const outcomes = await Promise.allSettled(
    Array.from({ length: callers }, async (_, index) => gate(index).take(applied, tokens)),
  );
  return {
    taken: outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])),
    refused: outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : [])),
  };
}

const endAll = (taken: readonly TakenLimits[], tokens = 0): void => taken.forEach((one) => one.end(tokens));

describe('LimitGate', () => {
  it.each([
    ['requests a minute', { requestsPerMinute: 10 }],
    ['requests a day', { requestsPerDay: 10 }],
    ['tokens a minute', { tokensPerMinute: 10 }],
    ['requests at the same time', { concurrency: 10 }],
  ])('lets exactly so many %s through, of 500 callers of three processes', async (_what, limits) => {
    const { taken, refused } = await crowd(500, [limited(limits)]);
    expect(taken).toHaveLength(10);
    expect(refused.every((one) => one instanceof LimitReached)).toBe(true);
    endAll(taken);
  });

  it('lets all of a limit through although processes hold leases that they do not use', async () => {
    const applied = [limited({ requestsPerMinute: 320 })];
    const first = await crowd(PROCESSES, applied);
    const one = await Promise.allSettled(Array.from({ length: 400 }, async () => gate(0).take(applied, 1)));
    expect(first.taken).toHaveLength(PROCESSES);
    expect(one.filter(({ status }) => status === 'fulfilled')).toHaveLength(320 - PROCESSES);
    endAll(first.taken);
  });

  it('lets the next through once one has ended, in whatever process', async () => {
    const applied = [limited({ concurrency: 1 })];
    const first = await gate(0).take(applied, 1);
    await expect(Promise.resolve(gate(1).take(applied, 1))).rejects.toBeInstanceOf(LimitReached);
    first.end();
    await eventually(async () => (await gate(1).take(applied, 1)).end());
  });

  it('corrects what a request was taken for by what it used', async () => {
    const applied = [limited({ tokensPerMinute: 1_000 })];
    const first = await gate(0).take(applied, 900);
    await expect(Promise.resolve(gate(0).take(applied, 500))).rejects.toMatchObject({
      standing: { measure: 'tokensPerMinute', limit: 1_000, remaining: 100 },
      asked: { tokens: 500, waitMilliseconds: expect.closeTo(60_250, -4) },
    });
    first.end(100);
    (await gate(0).take(applied, 500)).end(2_000);
    await expect(Promise.resolve(gate(0).take(applied, 1))).rejects.toBeInstanceOf(LimitReached);
  });

  it('counts what went nowhere for nothing, and takes from all limits or from none', async () => {
    const [wide, narrow] = [limited({ requestsPerMinute: 2 }), limited({ requestsPerMinute: 1 })];
    (await gate(0).take([wide, narrow], 1)).putBack();
    (await gate(1).take([wide, narrow], 1)).end();
    await expect(Promise.resolve(gate(2).take([wide, narrow], 1))).rejects.toMatchObject({ applied: narrow });
    (await gate(0).take([wide], 1)).end();
    await expect(Promise.resolve(gate(0).take([wide], 1))).rejects.toMatchObject({ applied: wide });
  });

  it('counts what was made without asking, for all processes', async () => {
    const applied = [limited({ requestsPerMinute: 1 })];
    gate(0).note(applied, 0);
    await expect(Promise.resolve(gate(0).take(applied, 1))).rejects.toBeInstanceOf(LimitReached);
    const tokens = [limited({ tokensPerMinute: 1_000 })];
    gate(1).note(tokens, 900);
    await eventually(async () => {
      const taken = await Promise.resolve(gate(0).take(tokens, 200)).catch((error: unknown) => error);
      if (!(taken instanceof Error)) (taken as TakenLimits).putBack();
      expect(taken).toBeInstanceOf(LimitReached);
    });
    (await gate(0).take(tokens, 100)).end(100);
  });

  it('gives back of what a process adopts what is under way alone', async () => {
    const applied = [limited({ requestsPerMinute: 1 })];
    gate(0).adopt(applied).putBack();
    (await gate(0).take(applied, 1)).end();
    await expect(Promise.resolve(gate(0).take(applied, 1))).rejects.toBeInstanceOf(LimitReached);
    const slots = [limited({ concurrency: 1 })];
    const adopted = gate(0).adopt(slots);
    await expect(Promise.resolve(gate(0).take(slots, 1))).rejects.toBeInstanceOf(LimitReached);
    adopted.putBack();
    await eventually(async () => (await gate(0).take(slots, 1)).end());
  });

  it('tells a request that is larger than the limit that it never fits', async () => {
    await expect(Promise.resolve(gate(0).take([limited({ tokensPerMinute: 10 })], 11))).rejects.toMatchObject({
      asked: { never: true },
    });
  });

  it('tells how the limits stand', async () => {
    const applied = [limited({ requestsPerMinute: 100, concurrency: 5 })];
    const taken = await gate(0).take(applied, 1);
    expect(taken.standings()).toEqual([
      { measure: 'requestsPerMinute', limit: 100, remaining: 99, resetMilliseconds: expect.any(Number) },
      { measure: 'concurrency', limit: 5, remaining: 4, resetMilliseconds: 0 },
    ]);
    taken.end();
  });

  it('holds a limit that was changed from the next request on', async () => {
    const applied = limited({ requestsPerMinute: 1 });
    (await gate(0).take([applied], 1)).end();
    const raised = { ...applied, limits: { requestsPerMinute: 2 } };
    (await gate(0).take([raised], 1)).end();
    await expect(Promise.resolve(gate(0).take([raised], 1))).rejects.toBeInstanceOf(LimitReached);
  });

  it('says so where nobody can tell', async () => {
    const unreachable = {
      find: () => Promise.reject(new Error('away')),
      write: () => Promise.reject(new Error('away')),
    };
    const { messaging } = (processes[0] as { parts: MessagingParts }).parts;
    const alone = new LimitGate(messaging, unreachable, 'alone');
    await expect(Promise.resolve(alone.take([limited({ requestsPerMinute: 1 })], 1))).rejects.toBeInstanceOf(
      LimitUnknown,
    );
    await alone.stop();
  });
});
