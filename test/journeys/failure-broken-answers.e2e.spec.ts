import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';

import {
  expectBilled,
  expectBroken,
  expectWhole,
  recordOf,
  startFailureGround,
  targetName,
  type FailureGround,
  type FailureModel,
} from './failure-ground.js';
import { OUR_KEY } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import {
  answersWithOverlap,
  cutsAfter,
  lacksEndMark,
  malformedAfter,
  PROMPT_TOKENS,
  refuses,
  refusesPrefill,
  stallsAfter,
  WHOLE_ANSWER_WORDS,
  wordsBetween,
} from './scripted-behaviours.js';
import type { Behaviour } from './scripted-provider.js';
import { ask } from './seen-answer.js';

interface Break {
  readonly does: string;
  readonly behaviour: Behaviour;
  /** Of a stream: what the caller has seen before, the class on record, the code in the error event. */
  readonly words: number;
  readonly errorClass: string;
  readonly code: string;
  readonly basis: 'provider' | 'estimate';
  /** Of a plain call with one target. */
  readonly plain: { status: number; code: string; errorClass: string; calls: number };
}

const CUT = {
  errorClass: 'cut_stream',
  code: 'provider_stream_cut',
  basis: 'estimate',
  plain: { status: 502, code: 'provider_stream_cut', errorClass: 'cut_stream', calls: 2 },
} as const;
const BAD_ANSWER = { status: 502, code: 'provider_bad_answer', errorClass: 'bad_answer', calls: 2 };

/** Answers that break off within. docs/failure-handling.md has the rules. */
const BREAKS: Readonly<Record<string, Break>> = {
  'cut-40': { does: 'a cut after 40 chunks', behaviour: cutsAfter(40), words: 40, ...CUT },
  'cut-60': { does: 'a cut after 60 chunks', behaviour: cutsAfter(60), words: 60, ...CUT },
  stalls: {
    does: 'a stall',
    behaviour: stallsAfter(5),
    words: 5,
    errorClass: 'idle_timeout',
    code: 'provider_timeout',
    basis: 'estimate',
    plain: { status: 504, code: 'provider_timeout', errorClass: 'idle_timeout', calls: 1 },
  },
  malformed: {
    does: 'a malformed chunk',
    behaviour: malformedAfter(5),
    words: 5,
    errorClass: 'bad_answer',
    code: 'provider_bad_answer',
    basis: 'estimate',
    plain: BAD_ANSWER,
  },
  'no-end-mark': {
    does: 'a missing end mark',
    behaviour: lacksEndMark,
    words: WHOLE_ANSWER_WORDS,
    errorClass: 'cut_stream',
    code: 'provider_stream_cut',
    basis: 'provider',
    plain: BAD_ANSWER,
  },
};

/** For what falls silent; all others have time enough. */
const HASTY = { idleMs: 1_000 };
/** Far below the limit to the first byte, which is no concern of an answer that has begun. */
const SOON_MILLISECONDS = 10_000;
const RESCUE = { onCut: 'rescue' };
const modelOf = (use: string, main: string, rest: Partial<FailureModel> = {}): FailureModel => ({
  name: `${use}.${main}`,
  main,
  ...(main === 'stalls' ? { timeouts: HASTY } : {}),
  ...rest,
});
const MODELS = Object.keys(BREAKS).map((name) => ({
  name,
  models: {
    plainAlone: modelOf('plain-alone', name),
    plainSpare: modelOf('plain-spare', name, { spare: 'answers' }),
    streamAlone: modelOf('stream-alone', name),
    streamSpare: modelOf('stream-spare', name, { spare: 'answers' }),
    rescued: modelOf('rescued', name, { spare: 'answers', fields: RESCUE }),
    overlapping: modelOf('overlapping', name, { spare: 'overlaps', fields: RESCUE }),
  },
}));
const EARLY = ['cut-0', 'malformed-0'].map((name) => modelOf('early', name, { spare: 'answers' }));
const RESCUED_BY_NOBODY = modelOf('rescued-by-nobody', 'cut-40', { spare: 'overloaded', fields: RESCUE });
/** The name of a model that is known to take a prefill, by a server that does not. */
const PREFILL_REFUSED = modelOf('claude-sonnet-4-5', 'cut-40', { spare: 'no-prefill', fields: RESCUE });
const FOR_ANTHROPIC = modelOf('anthropic', 'cut-40', { spare: 'answers' });

let ground: FailureGround;
const journey = journeysOn(() => ground.stack);
const asked = ({ name: model }: FailureModel, stream: boolean) => ask(ground.stack, { model, stream });
const callsOf = (provider: 'main' | 'spare', { name, [provider]: behaviour = 'answers' }: FailureModel) =>
  ground[provider].callsOf(targetName(behaviour, name));

beforeAll(async () => {
  ground = await startFailureGround({
    script: {
      ...Object.fromEntries(Object.entries(BREAKS).map(([name, { behaviour }]) => [name, behaviour])),
      'cut-0': cutsAfter(0),
      'malformed-0': malformedAfter(0),
      overlaps: answersWithOverlap,
      overloaded: refuses(503, 'overloaded', 'Too busy.'),
      'no-prefill': refusesPrefill,
    },
    models: [
      ...MODELS.flatMap(({ models }) => Object.values(models)),
      ...EARLY,
      RESCUED_BY_NOBODY,
      PREFILL_REFUSED,
      FOR_ANTHROPIC,
    ],
  });
}, 180_000);

afterAll(() => ground?.stop(), 90_000);

for (const { name, models } of MODELS) {
  const { does, words, code, errorClass, basis, plain } = BREAKS[name] as Break;

  describe(does, () => {
    journey(
      `in a plain call of one target is told as ${plain.status}, after at most ${plain.calls} calls`,
      async () => {
        const seen = await asked(models.plainAlone, false);
        expect([seen.status, seen.error?.code]).toEqual([plain.status, plain.code]);
        expect(callsOf('main', models.plainAlone).length).toBeLessThanOrEqual(plain.calls);
        const record = await recordOf(ground, seen);
        expect(record).toMatchObject({ outcome: 'failed', cost: { nano_usd: '0' } });
      },
    );

    journey('in a plain call is cured by the fallback', async () => {
      const seen = await asked(models.plainSpare, false);
      expectWhole(seen, 'plain');
      expect(callsOf('main', models.plainSpare)).toHaveLength(1);
      const record = await recordOf(ground, seen);
      expect(record.attempts).toMatchObject([
        { provider: 'main', outcome: 'failed', error: { class: plain.errorClass }, usage: null },
        { provider: 'spare', outcome: 'succeeded' },
      ]);
      expect(record.cost?.nano_usd).toBe(String(PROMPT_TOKENS * 800 + WHOLE_ANSWER_WORDS * 3_200));
    });

    for (const model of [models.streamAlone, models.streamSpare]) {
      journey(`in a stream${model.spare ? ' with a fallback' : ''} ends with an error event`, async () => {
        const seen = await asked(model, true);
        expectBroken(seen, words, code);
        expect(seen.milliseconds).toBeLessThan(SOON_MILLISECONDS);
        expect(callsOf('main', model)).toHaveLength(1);
        expect(callsOf('spare', model)).toHaveLength(0);
        const record = await recordOf(ground, seen);
        expect(record).toMatchObject({ outcome: 'failed', error: { class: errorClass } });
        expect(record.attempts).toMatchObject([
          { outcome: 'failed', error: { class: errorClass }, usage: { completion_tokens: words, basis } },
        ]);
        expect(record.cost?.lines).toHaveLength(1);
        if (basis === 'provider') expectBilled(ground, model, record);
      });
    }

    for (const model of [models.rescued, models.overlapping]) {
      journey(
        `in a stream is rescued${model === models.overlapping ? ' without a repeat at the seam' : ''}`,
        async () => {
          const seen = await asked(model, true);
          expectWhole(seen, 'stream');
          expect(callsOf('main', model)).toHaveLength(1);
          const record = await recordOf(ground, seen);
          expect(record).toMatchObject({ outcome: 'completed', error: null });
          const broken = { provider: 'main', outcome: 'failed', error: { class: errorClass } };
          const rescue = { provider: 'spare', outcome: 'succeeded', role: 'rescue', usage: { basis: 'provider' } };
          // Where all was said but for the end mark, there is nothing to be asked for.
          expect(record.attempts).toMatchObject(words === WHOLE_ANSWER_WORDS ? [broken] : [broken, rescue]);
          const [first, second] = record.attempts.map(({ usage }) => usage?.completion_tokens);
          expect([first, second ?? 0]).toEqual([
            words,
            ground.spare.billOf(targetName(model.spare ?? '', model.name)).completionTokens,
          ]);
          expect(record.cost?.lines).toHaveLength(record.attempts.length);
        },
      );
    }
  });
}

describe('a break before the first token', () => {
  for (const model of EARLY) {
    journey(`of ${model.main} is cured by the fallback, in streams too`, async () => {
      const answers = await Promise.all([asked(model, false), asked(model, true)]);
      expectWhole(answers[0], 'plain');
      expectWhole(answers[1], 'stream');
      for (const seen of answers) expect(seen.headers.get('x-switchyard-provider')).toBe('spare');
    });
  }
});

describe('a rescue', () => {
  journey('that finds nobody ends with the error of the break', async () => {
    const seen = await asked(RESCUED_BY_NOBODY, true);
    expectBroken(seen, 40, 'provider_stream_cut');
    expect(await recordOf(ground, seen)).toMatchObject({ outcome: 'failed', error: { class: 'cut_stream' } });
  });

  journey('asks in another way where the prefill is refused', async () => {
    const seen = await asked(PREFILL_REFUSED, true);
    expectWhole(seen, 'stream');
    expect(callsOf('spare', PREFILL_REFUSED).map(({ messages }) => messages.at(-1)?.role)).toEqual([
      'assistant',
      'user',
    ]);
    const record = await recordOf(ground, seen);
    expect(record.attempts.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'succeeded']);
    expect(record.cost?.lines).toHaveLength(2);
  });
});

describe("a cut stream of Anthropic's dialect", () => {
  journey('ends with its error event, which the official client throws', async () => {
    const client = new Anthropic({ apiKey: OUR_KEY, baseURL: ground.stack.url, maxRetries: 0 });
    const stream = await client.messages.create({
      model: FOR_ANTHROPIC.name,
      max_tokens: 500,
      messages: [{ role: 'user', content: 'Which track is free?' }],
      stream: true,
    });
    const seen = { text: '', types: [] as string[] };
    const read = async (): Promise<void> => {
      for await (const event of stream) {
        seen.types.push(event.type);
        if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') seen.text += event.delta.text;
      }
    };
    await expect(read()).rejects.toMatchObject({ error: { error: { type: 'api_error' } } });
    expect(seen.text.trimEnd()).toBe(wordsBetween(1, 40).trimEnd());
    expect(seen.types).not.toContain('message_stop');
  });
});
