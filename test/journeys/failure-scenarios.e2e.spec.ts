import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { eventually } from '#libs/testing';
import type OpenAI from 'openai';

import {
  expectBilled,
  expectWhole,
  KINDS,
  recordOf,
  startFailureGround,
  targetName,
  type FailureGround,
  type FailureModel,
  type Kind,
} from './failure-ground.js';
import { journeysOn } from './journey.js';
import { inTurn, isSlow, answers, refuses, refusesPrefill, resets, saysNothing } from './scripted-behaviours.js';
import type { Behaviour } from './scripted-provider.js';
import { ask, type SeenAnswer } from './seen-answer.js';

const rateLimited = (retryAfter: string): Behaviour =>
  refuses(429, 'rate_limit_exceeded', 'Slow down.', { 'retry-after': retryAfter });
const FIRST_BYTE_MILLISECONDS = 1_200;
const HASTY = { firstByteMs: FIRST_BYTE_MILLISECONDS };

/** How a call of a model with one target ends, after at most so many calls of that target. */
type Ending = { readonly calls: number } & (
  { readonly status: 200 } | { readonly status: number; readonly code: string; readonly retryAfter?: string }
);

interface Scenario {
  readonly does: string;
  readonly behaviour: Behaviour;
  readonly errorClass: string;
  readonly alone: Ending;
  readonly timeouts?: FailureModel['timeouts'];
  /** Where no fallback takes over. */
  readonly isFinal?: true;
}

/** Failures of which the caller has seen nothing. docs/failure-handling.md has the rules. */
const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'limited-once': {
    does: 'a 429 with Retry-After',
    behaviour: inTurn(rateLimited('1'), answers),
    errorClass: 'rate_limit',
    alone: { status: 200, calls: 2 },
  },
  'limited-long': {
    does: 'a 429 with a Retry-After that is too long to wait for',
    behaviour: rateLimited('60'),
    errorClass: 'rate_limit',
    alone: { status: 429, code: 'rate_limit_exceeded', retryAfter: '60', calls: 1 },
  },
  limited: {
    does: 'a 429 for good',
    behaviour: rateLimited('1'),
    errorClass: 'rate_limit',
    alone: { status: 429, code: 'rate_limit_exceeded', retryAfter: '1', calls: 3 },
  },
  'one-500': {
    does: 'one 500',
    behaviour: inTurn(refuses(500, 'server_error', 'Oops.'), answers),
    errorClass: 'server_error',
    alone: { status: 200, calls: 2 },
  },
  overloaded: {
    does: 'a 503 for good',
    behaviour: refuses(503, 'overloaded', 'Too busy.'),
    errorClass: 'overloaded',
    alone: { status: 503, code: 'provider_overloaded', calls: 3 },
  },
  resets: {
    does: 'a connection reset',
    behaviour: resets,
    errorClass: 'connection',
    alone: { status: 502, code: 'provider_unreachable', calls: 2 },
  },
  silent: {
    does: 'no response',
    behaviour: saysNothing,
    errorClass: 'first_byte_timeout',
    alone: { status: 504, code: 'provider_timeout', calls: 1 },
    timeouts: HASTY,
  },
  slow: {
    does: 'a slow first token',
    behaviour: isSlow,
    errorClass: 'first_byte_timeout',
    alone: { status: 504, code: 'provider_timeout', calls: 1 },
    timeouts: HASTY,
  },
  'too-long': {
    does: 'a context too long',
    behaviour: refuses(400, 'context_length_exceeded', 'This model takes 8 tokens.'),
    errorClass: 'context_too_long',
    alone: { status: 400, code: 'context_length_exceeded', calls: 1 },
  },
  filtered: {
    does: 'a content filter',
    behaviour: refuses(400, 'content_filter', 'The prompt was filtered.'),
    errorClass: 'content_filter',
    alone: { status: 400, code: 'content_filter', calls: 1 },
    isFinal: true,
  },
};

const PREFILLED: OpenAI.ChatCompletionMessageParam[] = [
  { role: 'user', content: 'Which track is free?' },
  { role: 'assistant', content: 'The free track is ' },
];
const KEPT_FOR = { contextTooLong: ['kept'], contentFilter: ['kept'] };

const alone = (behaviour: string, kind: Kind): FailureModel => ({
  name: `alone.${behaviour}.${kind}`,
  main: behaviour,
  ...timeoutsOf(behaviour),
});
const withSpare = (behaviour: string, kind: Kind): FailureModel => ({
  name: `spare.${behaviour}.${kind}`,
  main: behaviour,
  spare: 'answers',
  ...timeoutsOf(behaviour),
});
const withKept = (behaviour: string, kind: Kind): FailureModel => ({
  name: `kept.${behaviour}.${kind}`,
  main: behaviour,
  fields: { fallbacks: KEPT_FOR },
});
const prefill = (third: 'answers' | undefined, kind: Kind): FailureModel => ({
  name: `prefill.${third ?? 'alone'}.${kind}`,
  main: 'overloaded',
  spare: 'no-prefill',
  ...(third ? { third } : {}),
});
const KEPT: FailureModel = { name: 'kept', main: 'answers', spare: 'answers' };

let ground: FailureGround;
const journey = journeysOn(() => ground.stack);
const callsOf = (behaviour: string, { name }: FailureModel): number =>
  ground.main.callsOf(targetName(behaviour, name)).length;
const asked = ({ name }: FailureModel, kind: Kind, messages?: OpenAI.ChatCompletionMessageParam[]) =>
  ask(ground.stack, { model: name, stream: kind === 'stream', ...(messages ? { messages } : {}) });

function timeoutsOf(behaviour: string): Pick<FailureModel, 'timeouts'> {
  const timeouts = SCENARIOS[behaviour]?.timeouts;
  return timeouts ? { timeouts } : {};
}

beforeAll(async () => {
  const behaviours = Object.keys(SCENARIOS);
  ground = await startFailureGround({
    script: {
      ...Object.fromEntries(Object.entries(SCENARIOS).map(([name, { behaviour }]) => [name, behaviour])),
      'no-prefill': refusesPrefill,
    },
    models: [
      ...KINDS.flatMap((kind) => [
        ...behaviours.flatMap((behaviour) => [alone(behaviour, kind), withSpare(behaviour, kind)]),
        ...['too-long', 'filtered'].map((behaviour) => withKept(behaviour, kind)),
        prefill('answers', kind),
        prefill(undefined, kind),
      ]),
      KEPT,
    ],
  });
}, 180_000);

afterAll(() => ground?.stop(), 90_000);

async function expectRefused(seen: SeenAnswer, ending: { status: number; code: string; retryAfter?: string }) {
  expect([seen.status, seen.error?.code]).toEqual([ending.status, ending.code]);
  expect(seen.headers.get('content-type')).toBe('application/json');
  expect(Object.keys((JSON.parse(seen.raw) as { error: object }).error)).toEqual(['message', 'type', 'param', 'code']);
  if (ending.retryAfter) expect(seen.headers.get('retry-after')).toBe(ending.retryAfter);
  const record = await recordOf(ground, seen);
  expect(record).toMatchObject({ outcome: 'failed', error: { status: ending.status, code: ending.code } });
  expect(record.cost?.nano_usd).toBe('0');
  return record;
}

for (const kind of KINDS) {
  describe(`${kind} calls of a model with one target`, () => {
    for (const [behaviour, { does, alone: ending }] of Object.entries(SCENARIOS)) {
      journey(`${does}: ${ending.status} after at most ${ending.calls} calls`, async () => {
        const model = alone(behaviour, kind);
        const seen = await asked(model, kind);
        const calls = ground.main.callsOf(targetName(behaviour, model.name));
        expect(calls.length).toBeLessThanOrEqual(ending.calls);
        if ('code' in ending) await expectRefused(seen, ending);
        else {
          expectWhole(seen, kind);
          const record = await recordOf(ground, seen);
          expect(record.attempts.map(({ outcome, role }) => [outcome, role])).toEqual([
            ['failed', undefined],
            ['succeeded', 'retry'],
          ]);
          expectBilled(ground, model, record);
        }
        expectPatience(calls, SCENARIOS[behaviour]?.errorClass === 'rate_limit' ? 1_000 : 0);
        if (ending.status === 504) await expectGivenUp(seen, calls);
      });
    }
  });

  describe(`${kind} calls of a model with a fallback`, () => {
    for (const [behaviour, { does, errorClass, isFinal, alone: ending }] of Object.entries(SCENARIOS)) {
      journey(`${does}: ${isFinal ? 'the refusal' : "the fallback's answer"}`, async () => {
        const model = withSpare(behaviour, kind);
        const seen = await asked(model, kind);
        expect(callsOf(behaviour, model)).toBe(1);
        if (isFinal && 'code' in ending) {
          await expectRefused(seen, ending);
          expect(ground.spare.callsOf(targetName('answers', model.name))).toEqual([]);
          return;
        }
        expectWhole(seen, kind);
        expect(seen.headers.get('x-switchyard-provider')).toBe('spare');
        expect(seen.headers.get('x-switchyard-model')).toBe(targetName('answers', model.name));
        expect(seen.headers.get('x-switchyard-attempts')).toBe('2');
        const record = await recordOf(ground, seen);
        expect(record).toMatchObject({ outcome: 'completed', error: null });
        expect(record.attempts).toMatchObject([
          { provider: 'main', outcome: 'failed', error: { class: errorClass }, usage: null },
          { provider: 'spare', outcome: 'succeeded', error: null, usage: { basis: 'provider' } },
        ]);
        expectBilled(ground, model, record);
      });
    }
  });

  describe(`${kind} calls that only some models can cure`, () => {
    for (const behaviour of ['too-long', 'filtered']) {
      journey(`go to the model kept for ${SCENARIOS[behaviour]?.does}`, async () => {
        const seen = await asked(withKept(behaviour, kind), kind);
        expectWhole(seen, kind);
        expect(seen.headers.get('x-switchyard-model')).toBe(targetName('answers', KEPT.name));
        expect(callsOf(behaviour, withKept(behaviour, kind))).toBe(1);
      });
    }

    journey('pass over a fallback that refuses the prefill', async () => {
      const model = prefill('answers', kind);
      const seen = await asked(model, kind, PREFILLED);
      expectWhole(seen, kind);
      const record = await recordOf(ground, seen);
      expect(record.attempts.map(({ outcome, error }) => [outcome, error?.class])).toEqual([
        ['failed', 'overloaded'],
        ['failed', 'unsupported'],
        ['succeeded', undefined],
      ]);
      expectBilled(ground, model, record);
    });

    journey(
      'end with the first failure, which may pass, where nobody but one that refuses a prefill is left',
      async () => {
        const model = prefill(undefined, kind);
        const seen = await asked(model, kind, PREFILLED);
        await expectRefused(seen, { status: 503, code: 'provider_overloaded' });
        expect(callsOf('overloaded', model)).toBe(1);
      },
    );

    journey('are charged for the answer of the fallback alone, by its own price', async () => {
      const seen = await asked(withSpare('overloaded', kind), kind);
      const record = await recordOf(ground, seen);
      expect(record.usage).toMatchObject({ prompt_tokens: 11, completion_tokens: 80 });
      expect(record.cost?.lines).toMatchObject([{ usage_basis: 'provider', nano_usd: record.cost?.nano_usd }]);
      expect(record.cost?.nano_usd).toBe(String(11 * 800 + 80 * 3_200));
      if (kind === 'plain') expect(Number(seen.headers.get('x-switchyard-cost-usd'))).toBe(Number(record.cost?.usd));
    });
  });
}

function expectPatience(calls: readonly { time: number }[], leastMilliseconds: number): void {
  for (const [index, { time }] of calls.entries()) {
    const before = calls[index - 1]?.time;
    if (before !== undefined) expect(time - before).toBeGreaterThanOrEqual(leastMilliseconds);
  }
}

/** That the limit held, and that the provider knows that nobody waits any more. */
async function expectGivenUp(seen: SeenAnswer, calls: readonly { time: number; leftAt?: number }[]): Promise<void> {
  const [call] = calls;
  expect(seen.milliseconds).toBeGreaterThanOrEqual(FIRST_BYTE_MILLISECONDS * 0.9);
  await eventually(() => expect(call?.leftAt).toBeDefined());
  // The limit begins before the provider has the call.
  expect((call?.leftAt ?? 0) - (call?.time ?? 0)).toBeGreaterThanOrEqual(FIRST_BYTE_MILLISECONDS / 2);
}
