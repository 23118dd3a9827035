import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type OpenAI from 'openai';
import { readChatRequest } from '../chat/chat-request.js';
import { simulate } from '../chat/simulate.js';
import { encodeChunk } from '../wire/chat-completion-chunk.js';
import { encodeCompletion, encodeUsage } from '../wire/chat-completion.js';
import { planSimulation } from './plan-simulation.js';
import type { SimulationOptions } from './simulation-options.js';
import type { SimulationPlan } from './simulation-plan.js';

const OPTIONS: SimulationOptions = { createdSeconds: 1_800_000_000 };

const bodyOf = (prompt: string, fields: Record<string, unknown> = {}) => ({
  model: 'whatever the caller asked for',
  messages: [{ role: 'user', content: prompt }],
  ...fields,
});

/** The parts of the wire objects that the assertions look at. */
interface Wire {
  readonly choices: {
    index: number;
    message?: { content: string };
    delta?: { content?: string };
    finish_reason: string;
  }[];
  readonly usage?: unknown;
  readonly error?: { code: string | null };
}

function wireOf(text: string): Wire {
  const parsed: Wire = JSON.parse(text);
  return parsed;
}

function wholeOf(plan: SimulationPlan): Wire {
  if (plan.kind !== 'whole') throw new Error(`The plan is of kind ${plan.kind}.`);
  return wireOf(Buffer.from(plan.body).toString());
}

function textOfStream(plan: SimulationPlan): string {
  if (plan.kind !== 'stream') throw new Error(`The plan is of kind ${plan.kind}.`);
  return Buffer.concat([...plan.chunks].map((chunk) => chunk.bytes)).toString();
}

function eventsOf(plan: SimulationPlan): Wire[] {
  const data = textOfStream(plan).split('\n\n').slice(0, -1);
  expect(data.at(-1)).toBe('data: [DONE]');
  return data.slice(0, -1).map((event) => wireOf(event.slice('data: '.length)));
}

function statusOf(plan: SimulationPlan): number {
  return plan.kind === 'silence' ? 0 : plan.status;
}

/** Which of a thousand prompts fail at this attempt. */
const failing = (attempt: number): number[] =>
  Array.from({ length: 1000 }, (_, index) => index).filter(
    (index) =>
      statusOf(planSimulation('sim-small', bodyOf(`p${index}`), { ...OPTIONS, failureRate: 0.2, attempt })) === 503,
  );

const failures = (model: string): number =>
  Array.from({ length: 500 }, (_, index) => planSimulation(model, bodyOf(`p${index}`), OPTIONS)).filter(
    (plan) => statusOf(plan) === 503,
  ).length;

describe('planSimulation', () => {
  it('fits the types of the official client', () => {
    const answer = simulate(readChatRequest('sim-small', bodyOf('Hello')));
    const completion: OpenAI.ChatCompletion = encodeCompletion(answer, 1, encodeUsage(answer.usage));
    const delta = { index: 0, delta: { content: 'x' }, logprobs: null, finish_reason: null };
    const chunk: OpenAI.ChatCompletionChunk = encodeChunk(answer, 1, { choices: [delta], usage: null });
    expect([completion.object, chunk.object]).toEqual(['chat.completion', 'chat.completion.chunk']);
  });

  it('streams the same content and usage as it answers whole, the same bytes every time', () => {
    const request = fc.record({
      prompt: fc.string({ unit: 'grapheme' }),
      n: fc.integer({ min: 1, max: 3 }),
      max_tokens: fc.integer({ min: 1, max: 60 }),
      tokensPerChunk: fc.integer({ min: 1, max: 9 }),
      tokensPerSecond: fc.constantFrom(0, 50),
    });
    fc.assert(
      fc.property(request, ({ prompt, tokensPerChunk, tokensPerSecond, ...fields }) => {
        const options = { ...OPTIONS, tokensPerChunk, tokensPerSecond };
        const streamed = bodyOf(prompt, { ...fields, stream: true, stream_options: { include_usage: true } });
        const whole = wholeOf(planSimulation('sim-small', bodyOf(prompt, fields), options));
        const plan = planSimulation('sim-small', streamed, options);
        const events = eventsOf(plan);
        for (const choice of whole.choices) {
          const deltas = events.flatMap((event) => event.choices).filter(({ index }) => index === choice.index);
          expect(deltas.map((delta) => delta.delta?.content ?? '').join('')).toBe(choice.message?.content);
          expect(deltas.at(-1)?.finish_reason).toBe(choice.finish_reason);
        }
        expect(events.at(-1)?.usage).toEqual(whole.usage);
        expect(whole.usage).toEqual(plan.usage && encodeUsage(plan.usage));
        const again = planSimulation('sim-small', streamed, options);
        expect(textOfStream(again)).toBe(textOfStream(planSimulation('sim-small', streamed, options)));
      }),
      { numRuns: 60 },
    );
  });

  it('replays recorded text of any characters unharmed, also in pieces', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (recorded) => {
        const options = { ...OPTIONS, recordings: { answerTo: () => recorded } };
        const events = eventsOf(planSimulation('sim-small', bodyOf('x', { stream: true }), options));
        expect(events.map((event) => event.choices[0]?.delta?.content ?? '').join('')).toBe(recorded);
      }),
    );
  });

  it('sends usage in a stream only when asked, and null before the last chunk then', () => {
    const plain = eventsOf(planSimulation('sim-small', bodyOf('x', { stream: true }), OPTIONS));
    expect(plain.some((event) => 'usage' in event)).toBe(false);
    const asked = bodyOf('x', { stream: true, stream_options: { include_usage: true } });
    const events = eventsOf(planSimulation('sim-small', asked, OPTIONS));
    expect(events.slice(0, -1).every((event) => event.usage === null)).toBe(true);
    expect(events.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 1 } });
  });

  it('spaces tokens by their rate and makes a plain answer wait for all of them', () => {
    const options = { ...OPTIONS, outputTokens: 10, tokensPerSecond: 100, latencyMilliseconds: 30 };
    expect(planSimulation('sim-small', bodyOf('x'), options)).toMatchObject({ firstByteDelayMilliseconds: 130 });
    const plan = planSimulation('sim-small', bodyOf('x', { stream: true }), options);
    if (plan.kind !== 'stream') throw new Error('The plan is no stream.');
    const chunks = [...plan.chunks];
    expect(plan.firstByteDelayMilliseconds).toBe(30);
    expect(chunks.map((chunk) => chunk.delayBeforeMilliseconds)).toEqual([0, ...Array.from({ length: 10 }, () => 10)]);
    expect(chunks.map((chunk) => chunk.isLast).indexOf(true)).toBe(chunks.length - 1);
  });

  it('puts a late first token into the stream, after the head', () => {
    const plan = planSimulation('sim-slow-first-token-700', bodyOf('x', { stream: true }), OPTIONS);
    if (plan.kind !== 'stream') throw new Error('The plan is no stream.');
    expect(plan.firstByteDelayMilliseconds).toBe(0);
    expect([...plan.chunks][0]?.delayBeforeMilliseconds).toBe(700);
    expect(planSimulation('sim-slow-first-token', bodyOf('x'), OPTIONS)).toMatchObject({
      firstByteDelayMilliseconds: 5000,
    });
  });

  it('fails the share of calls asked for, anew at each attempt, always the same way', () => {
    const [first, second] = [failing(0), failing(1)];
    expect(first.length).toBeGreaterThan(150);
    expect(first.length).toBeLessThan(250);
    expect(failing(0)).toEqual(first);
    expect(first.filter((index) => second.includes(index)).length).toBeLessThan(80);
  });

  it('fails the percentage of prompts in the name of a flaky model', () => {
    expect(failures('sim-flaky-0')).toBe(0);
    expect(failures('sim-flaky-100')).toBe(500);
    expect(failures('sim-flaky-30') / 500).toBeCloseTo(0.3, 1);
  });

  it('refuses models it does not know, unless it is told to answer any', () => {
    for (const model of ['gpt-small', 'sim-cut-', 'sim-flaky-101', 'sim-small-3', 'toString']) {
      const plan = planSimulation(model, bodyOf('x'), OPTIONS);
      expect([statusOf(plan), wholeOf(plan).error?.code, plan.usage]).toEqual([404, 'model_not_found', undefined]);
    }
    expect(statusOf(planSimulation('gpt-small', bodyOf('x'), { ...OPTIONS, answersAnyModel: true }))).toBe(200);
  });

  it('refuses what is no chat request', () => {
    for (const body of [null, 'text', {}, { messages: 'hello' }]) {
      expect(statusOf(planSimulation('sim-small', body, OPTIONS))).toBe(400);
    }
  });
});
