import { expect } from '@jest/globals';
import { costOf } from '#libs/pricing';

import { journeyConfiguration, PRICE } from './journey-configuration.js';
import { countRecords, readRecord, type RequestRecord } from './request-record.js';
import { OUR_KEY } from './journey-configuration.js';
import { answers, WHOLE_ANSWER_WORDS, wordsBetween } from './scripted-behaviours.js';
import { startScriptedProvider, type Behaviour, type ScriptedProvider } from './scripted-provider.js';
import type { SeenAnswer } from './seen-answer.js';
import { StackForTests } from './stack-for-tests.js';

/** Dearer than the first provider's, so that a charge shows whose prices it went by. */
const SPARE_PRICE = { inputPerMillion: '0.80', outputPerMillion: '3.20' };
const AMOUNTS = {
  main: { inputNanoUsdPerMillion: '400000000', outputNanoUsdPerMillion: '1600000000' },
  spare: { inputNanoUsdPerMillion: '800000000', outputNanoUsdPerMillion: '3200000000' },
} as const;
const PATIENT = { firstByteMs: 20_000, idleMs: 20_000, totalMs: 30_000 };

/** How a call is made. */
export type Kind = 'plain' | 'stream';
export const KINDS: readonly Kind[] = ['plain', 'stream'];

/** A model of the failure journeys: what its targets do, by the names of their behaviours, and more fields of switchyard.yaml. */
export interface FailureModel {
  readonly name: string;
  readonly main: string;
  readonly spare?: string;
  readonly third?: string;
  readonly timeouts?: Partial<typeof PATIENT>;
  /** More fields of the first target. */
  readonly mainFields?: object;
  readonly fields?: object;
}

/** Two scripted providers, `main` and `spare`, and a whole stack before them. */
export interface FailureGround {
  readonly stack: StackForTests;
  readonly main: ScriptedProvider;
  readonly spare: ScriptedProvider;
  stop(): Promise<void>;
}

/** What happens on the ground: behaviours by name, models, and top-level fields of switchyard.yaml. */
export interface FailurePlan {
  readonly script: Readonly<Record<string, Behaviour>>;
  readonly models: readonly FailureModel[];
  readonly fields?: object;
}

/** Starts the providers and the stack. */
export async function startFailureGround({ script, models, fields = {} }: FailurePlan): Promise<FailureGround> {
  const main = await startScriptedProvider('main', script, answers);
  const spare = await startScriptedProvider('spare', script, answers);
  const stop = async (stack?: StackForTests): Promise<void> => {
    try {
      await stack?.stop();
    } finally {
      await main.close();
      await spare.close();
    }
  };
  try {
    const providers = { main: main.fields, spare: spare.fields };
    const configuration = { ...journeyConfiguration(providers, models.map(fieldsOf)), ...fields };
    const stack = await StackForTests.start(configuration);
    return { stack, main, spare, stop: () => stop(stack) };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The name of a model's target with its provider: each model has targets of its own, so that no case disturbs another. */
export function targetName(behaviour: string, model: string): string {
  return `${behaviour}/${model}`;
}

/** Looks at the record of an answer: one charge, one entry of the trail, and no cost but what the attempts used. */
export async function recordOf({ stack }: FailureGround, { id }: Pick<SeenAnswer, 'id'>): Promise<RequestRecord> {
  const record = await readRecord(stack, id, OUR_KEY);
  expect(await countRecords(stack, record.id)).toEqual({ charges: 1, entries: 1 });
  return record;
}

/** That the request was charged what the providers bill for this model's targets. */
export function expectBilled({ main, spare }: FailureGround, model: FailureModel, record: RequestRecord): void {
  const billOf = (provider: ScriptedProvider, behaviour: string | undefined): bigint =>
    behaviour === undefined
      ? 0n
      : costOf(provider.billOf(targetName(behaviour, model.name)), AMOUNTS[provider === main ? 'main' : 'spare']);
  const bill = billOf(main, model.main) + billOf(spare, model.spare) + billOf(main, model.third);
  expect(BigInt(record.cost?.nano_usd ?? 0)).toBe(bill);
}

/** That the caller has a whole answer, with every word once. */
export function expectWhole(seen: SeenAnswer, kind: Kind): void {
  expect([seen.status, seen.error]).toEqual([200, undefined]);
  expect(seen.text).toBe(wordsBetween(1, WHOLE_ANSWER_WORDS));
  expect(seen.finishReason).toBe('stop');
  if (kind === 'stream') expect(seen.raw.split('data: [DONE]')).toHaveLength(2);
}

/** That a stream gave its first words, then said that it had failed, and did not end as if it were whole. */
export function expectBroken(seen: SeenAnswer, words: number, code: string): void {
  expect(seen.status).toBe(200);
  expect(seen.text).toBe(wordsBetween(1, words));
  expect(seen.error).toMatchObject({ code });
  expect(seen.raw).not.toContain('[DONE]');
}

function fieldsOf({ name, main, spare, third, timeouts, mainFields, fields }: FailureModel): object {
  const target = (provider: string, behaviour: string | undefined, price: object): object[] =>
    behaviour === undefined ? [] : [{ provider, model: targetName(behaviour, name), price }];
  const targets = [
    ...target('main', main, PRICE).map((first) => ({ ...first, ...mainFields })),
    ...target('spare', spare, SPARE_PRICE),
    ...target('main', third, PRICE),
  ];
  return { name, strategy: 'priority', timeouts: { ...PATIENT, ...timeouts }, targets, ...fields };
}
