import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { eventually } from '#libs/testing';

import {
  expectBilled,
  expectWhole,
  KINDS,
  recordOf,
  startFailureGround,
  targetName,
  type FailureGround,
  type FailureModel,
} from './failure-ground.js';
import { begin } from './http-call.js';
import { OUR_KEY } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { countRecords, readRecord } from './request-record.js';
import { answersAfter, isSlow, refuses, saysNothing, stallsAfter } from './scripted-behaviours.js';
import { ask } from './seen-answer.js';

const LEAVING_CALLERS = 60;
/** A second on a machine that does nothing else, and far below the limits of calls, as the next. */
const SEEN_BY_PROVIDER_MILLISECONDS = 5_000;
const AT_THE_DEADLINE_MILLISECONDS = 8_000;
const CONCURRENCY = 2;
const CALLS_AT_ONCE = 8;

const LEFT_IN_STREAM: FailureModel = { name: 'left-in-stream', main: 'stalls' };
const LEFT_BEFORE: FailureModel = { name: 'left-before', main: 'silent' };
const HEDGE = { percentile: 95, minMs: 50, maxMs: 200 };
/** Longer than a quick answer takes on a machine under load. */
const PATIENT_HEDGE = { ...HEDGE, minMs: 5_000, maxMs: 5_000 };
const hedged = (main: string, spare: string, hedge = HEDGE): FailureModel => ({
  name: `hedged.${main}.${spare}`,
  main,
  spare,
  fields: { hedge },
});
const SLOW_FIRST = hedged('slow', 'answers');
const SLOW_SECOND = hedged('late', 'slow');
const QUICK = hedged('answers', 'answers', PATIENT_HEDGE);
const BOTH_FAIL = hedged('fails-late', 'fails');
const NARROW: FailureModel = {
  name: 'narrow',
  main: 'late',
  spare: 'answers',
  mainFields: { quotas: { concurrency: CONCURRENCY } },
};
const NARROW_ALONE: FailureModel = {
  name: 'narrow-alone',
  main: 'late',
  mainFields: { quotas: { concurrency: CONCURRENCY } },
};
const DEADLINE: FailureModel = { name: 'deadline', main: 'silent', spare: 'silent', fields: { deadlineMs: 800 } };

let ground: FailureGround;
const journey = journeysOn(() => ground.stack);
const callsOf = (provider: 'main' | 'spare', { name, [provider]: behaviour = '' }: FailureModel) =>
  ground[provider].callsOf(targetName(behaviour, name));

beforeAll(async () => {
  ground = await startFailureGround({
    script: {
      stalls: stallsAfter(5),
      silent: saysNothing,
      slow: isSlow,
      late: answersAfter(1_000),
      fails: refuses(500, 'server_error', 'Oops.'),
      'fails-late': (call, response) =>
        void setTimeout(() => refuses(500, 'server_error', 'Oops.')(call, response), 400),
    },
    models: [LEFT_IN_STREAM, LEFT_BEFORE, SLOW_FIRST, SLOW_SECOND, QUICK, BOTH_FAIL, NARROW, NARROW_ALONE, DEADLINE],
  });
}, 180_000);

afterAll(() => ground?.stop(), 90_000);

/** Asks, leaves as soon as there is something of a stream (else as soon as the provider has the call), and says when. */
async function leave({ name: model }: FailureModel, stream: boolean): Promise<{ id: string; leftAt: number }> {
  const leaving = new AbortController();
  const id = `left-${crypto.randomUUID()}`;
  const asking = begin(`${ground.stack.url}/v1/chat/completions`, {
    key: OUR_KEY,
    body: { model, stream, messages: [{ role: 'user', content: id }] },
    signal: leaving.signal,
  });
  asking.then((answer) => answer.on('error', () => undefined)).catch(() => undefined);
  if (stream) await new Promise<void>((resolve) => void asking.then((answer) => answer.once('data', () => resolve())));
  const received = await eventually(() => {
    const call = ground.main.calls.find(({ messages }) => messages[0]?.content === id);
    expect(call).toBeDefined();
    return call;
  });
  const leftAt = Date.now();
  leaving.abort();
  await eventually(() => expect(received?.leftAt).toBeDefined());
  expect((received?.leftAt ?? Infinity) - leftAt).toBeLessThan(SEEN_BY_PROVIDER_MILLISECONDS);
  return { id: String(received?.headers['x-request-id']), leftAt };
}

describe('callers who leave', () => {
  for (const [what, model, stream] of [
    ['in the middle of a stream', LEFT_IN_STREAM, true],
    ['before the first byte', LEFT_BEFORE, false],
  ] as const) {
    journey(`${what} end the calls of the provider soon, charged once`, async () => {
      const left = await Promise.all(Array.from({ length: LEAVING_CALLERS }, () => leave(model, stream)));
      for (const { id } of left) {
        const record = await readRecord(ground.stack, id, OUR_KEY);
        expect(record).toMatchObject({ outcome: 'cancelled', error: { class: 'cancelled', status: 499 } });
        expect(record.attempts).toMatchObject([
          { outcome: 'cancelled', usage: stream ? { completion_tokens: 5, basis: 'estimate' } : null },
        ]);
        expect(await countRecords(ground.stack, id)).toEqual({ charges: 1, entries: 1 });
      }
    });
  }
});

describe('a hedged call', () => {
  for (const kind of KINDS) {
    journey(`(${kind}) takes the answer of the second target when the first is slow`, async () => {
      const seen = await ask(ground.stack, { model: SLOW_FIRST.name, stream: kind === 'stream' });
      expectWhole(seen, kind);
      expect(seen.headers.get('x-switchyard-provider')).toBe('spare');
      const record = await recordOf(ground, seen);
      expect(record.attempts).toMatchObject([
        { provider: 'main', outcome: 'cancelled', usage: null },
        { provider: 'spare', outcome: 'succeeded', role: 'hedge' },
      ]);
      expect(record.cost).toMatchObject({ nano_usd: String(11 * 800 + 80 * 3_200), lines: [{}] });
      await eventually(() => expect(callsOf('main', SLOW_FIRST).every(({ leftAt }) => leftAt)).toBe(true));
    });

    journey(`(${kind}) takes the answer of the first target when the second is slower`, async () => {
      const seen = await ask(ground.stack, { model: SLOW_SECOND.name, stream: kind === 'stream' });
      expectWhole(seen, kind);
      expect(seen.headers.get('x-switchyard-provider')).toBe('main');
      const record = await recordOf(ground, seen);
      expect(record.attempts.map(({ provider, outcome }) => [provider, outcome])).toEqual([
        ['spare', 'cancelled'],
        ['main', 'succeeded'],
      ]);
      expect(record.cost).toMatchObject({ nano_usd: String(11 * 400 + 80 * 1_600), lines: [{}] });
      await eventually(() => expect(callsOf('spare', SLOW_SECOND).every(({ leftAt }) => leftAt)).toBe(true));
    });
  }

  journey('asks nobody else when the first target is quick', async () => {
    const seen = await ask(ground.stack, { model: QUICK.name, stream: true });
    expectWhole(seen, 'stream');
    expect(callsOf('spare', QUICK)).toEqual([]);
    expectBilled(ground, QUICK, await recordOf(ground, seen));
  });

  journey('of which both fail ends as a failure, with both on record', async () => {
    const seen = await ask(ground.stack, { model: BOTH_FAIL.name, stream: false });
    expect([seen.status, seen.error?.code]).toEqual([502, 'provider_error']);
    const record = await recordOf(ground, seen);
    expect(new Set(record.attempts.map(({ provider }) => provider))).toEqual(new Set(['main', 'spare']));
  });
});

describe('a target with a limit on its calls at once', () => {
  journey('never has more, and the fallback takes the others', async () => {
    const asking = Array.from({ length: CALLS_AT_ONCE }, () =>
      ask(ground.stack, { model: NARROW.name, stream: false }),
    );
    for (const seen of await Promise.all(asking)) expectWhole(seen, 'plain');
    expect(ground.main.mostAtOnce(targetName('late', NARROW.name))).toBeLessThanOrEqual(CONCURRENCY);
    expect(callsOf('spare', NARROW).length).toBeGreaterThanOrEqual(CALLS_AT_ONCE - 2 * CONCURRENCY);
  });

  journey('alone refuses what it has no room for, with a time to come back', async () => {
    const asking = Array.from({ length: CALLS_AT_ONCE }, () =>
      ask(ground.stack, { model: NARROW_ALONE.name, stream: false }),
    );
    for (const seen of await Promise.all(asking)) {
      if (seen.status === 200) expectWhole(seen, 'plain');
      else expect([seen.status, seen.error?.code]).toEqual([503, expect.stringMatching(/busy|unavailable/)]);
    }
    expect(ground.main.mostAtOnce(targetName('late', NARROW_ALONE.name))).toBeLessThanOrEqual(CONCURRENCY);
  });
});

describe('a deadline', () => {
  for (const kind of KINDS) {
    journey(`(${kind}) is the end of all attempts together`, async () => {
      const seen = await ask(ground.stack, { model: DEADLINE.name, stream: kind === 'stream' });
      expect([seen.status, seen.error?.code]).toEqual([504, 'provider_timeout']);
      expect(seen.milliseconds).toBeLessThan(AT_THE_DEADLINE_MILLISECONDS);
    });
  }
});
