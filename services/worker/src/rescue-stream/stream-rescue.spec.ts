import { describe, expect, it } from '@jest/globals';
import { ProviderFailure } from '../providers/provider-failure.js';
import { brokenCall, type BrokenCall } from './broken-call.fixture.js';

const data = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
const token = (content: string, id = 'one'): string => data({ id, choices: [{ index: 0, delta: { content } }] });
const role = (id = 'one'): string => data({ id, choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] });
const finish = (id = 'one'): string => data({ id, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
const usage = (id = 'one'): string =>
  data({ id, choices: [], usage: { prompt_tokens: 30, completion_tokens: 4, total_tokens: 34 } });
const DONE = 'data: [DONE]\n\n';
const BEGUN = [role(), token('The cat sat '), token('on the mat')];
const REST = [
  role('two'),
  token('sat on the mat and ', 'two'),
  token('slept.', 'two'),
  finish('two'),
  usage('two'),
  DONE,
];
const PREFILL_REFUSED = {
  status: 400,
  body: '{"error":{"message":"This model does not support assistant message prefill","type":"invalid_request_error"}}',
};

const BREAKS: readonly (readonly [string, string, Parameters<typeof brokenCall>[0]['scripts'][number]])[] = [
  ['cut', 'cut_stream', { pieces: BEGUN }],
  ['reset', 'cut_stream', { pieces: BEGUN, ending: 'reset' }],
  ['stalled', 'idle_timeout', { pieces: BEGUN, ending: 'stall' }],
  ['ended by an error event', 'overloaded', { pieces: [...BEGUN, data({ error: { message: 'busy', code: 503 } })] }],
  ['spoilt by a chunk without end', 'bad_answer', { pieces: [...BEGUN, 'data: {"choices":[{"delta"\n\n'] }],
  ['spoilt by a chunk that is no JSON', 'bad_answer', { pieces: [...BEGUN, 'data: {"choices":[{"delta":}]}\n\n'] }],
];

function textOf({ told }: BrokenCall): string {
  const contents = told.matchAll(/"content":("(?:[^"\\]|\\.)*")/g);
  return [...contents].map(([, content]) => JSON.parse(content ?? '""') as string).join('');
}

const count = (text: string, part: string): number => text.split(part).length - 1;
const asked = ({ calls }: BrokenCall, index: number) =>
  JSON.parse(Buffer.from(calls[index]?.body ?? []).toString()) as {
    messages: { role: string; content: string }[];
    max_tokens?: number;
  };

describe('a stream that broke off after the caller had seen a part of it', () => {
  it.each(BREAKS)('is gone on with by the next target where it was %s', async (_what, errorClass, script) => {
    const call = await brokenCall({ scripts: [script, { pieces: REST }] });

    expect(call.next).toEqual({ done: true });
    expect(textOf(call)).toBe('The cat sat on the mat and slept.');
    expect([count(call.told, '"role"'), count(call.told, '"stop"'), count(call.told, DONE)]).toEqual([1, 1, 1]);
    expect(call.told).not.toContain('"two"');
    expect(call.told).not.toContain('error');
    expect(call.heads).toHaveLength(1);
    expect(call.end).toMatchObject({ kind: 'end', head: { provider: 'provider-1', attempts: 2 } });
    expect(call.event).toMatchObject({
      outcome: 'completed',
      finishReason: 'stop',
      attempts: [
        { provider: 'provider-0', outcome: 'failed', errorClass, usageBasis: 'estimate' },
        { provider: 'provider-1', outcome: 'succeeded', role: 'rescue', usage: { promptTokens: 30 } },
      ],
    });
    expect(call.event?.firstByteMilliseconds).toBeDefined();
  });

  it.each(BREAKS)('ends with an error where it was %s and the plan says nothing', async (_what, errorClass, script) => {
    const call = await brokenCall({ scripts: [script], execution: {} });

    expect(call.told).toBe(BEGUN.join(''));
    expect(call.end).toMatchObject({ kind: 'error', head: { error: { class: errorClass } } });
    expect(call.event).toMatchObject({ outcome: 'failed', attempts: [{ errorClass }] });
    expect(call.calls).toHaveLength(1);
  });

  it('is charged with what all its attempts used, and tells its caller one prompt', async () => {
    const body = { usage: { include: true } };
    const call = await brokenCall({ scripts: [{ pieces: BEGUN }, { pieces: REST }], body });

    const [first] = call.event?.attempts ?? [];
    const { promptTokens = 0 } = first?.usage ?? {};
    const cost = promptTokens + 2 + 2 * 34;
    expect(call.event?.costNanoUsd).toBe(String(cost));
    const told = /"usage":(\{.*\})\}/.exec(call.told)?.[1] ?? '{}';
    expect(JSON.parse(told)).toMatchObject({ prompt_tokens: promptTokens, completion_tokens: 6, cost: cost / 1e9 });
  });

  it('asks for the rest with the answer so far, within what is left of the caller’s bound', async () => {
    const call = await brokenCall({ scripts: [{ pieces: BEGUN }, { pieces: REST }], body: { max_tokens: 50 } });

    const { messages, max_tokens: bound } = asked(call, 1);
    expect(messages.slice(0, 2)).toEqual([
      { role: 'user', content: 'Say it' },
      { role: 'assistant', content: 'The cat sat on the mat' },
    ]);
    expect(messages.at(-1)).toMatchObject({ role: 'user', content: expect.stringContaining('sat on the mat') });
    expect(bound).toBe(48);
  });

  it('asks a target in another way that refuses to go on with a message of the assistant', async () => {
    const models = ['a', 'claude-3-5-sonnet-latest', 'c'];
    const scripts = [{ pieces: BEGUN }, { refusal: PREFILL_REFUSED }, { pieces: REST }];
    const call = await brokenCall({ scripts, models });

    expect(textOf(call)).toBe('The cat sat on the mat and slept.');
    expect(asked(call, 1).messages.at(-1)?.role).toBe('assistant');
    expect(asked(call, 2).messages.at(-1)?.role).toBe('user');
    expect(call.event).toMatchObject({
      outcome: 'completed',
      attempts: [
        { errorClass: 'cut_stream' },
        { provider: 'provider-1', errorClass: 'unsupported', role: 'rescue' },
        { provider: 'provider-1', outcome: 'succeeded', role: 'rescue' },
      ],
    });
  });

  it('goes on with a third target where the second fails, in the middle of its part or before', async () => {
    const middle = [role('two'), token('sat on the mat and sle', 'two')];
    const last = [role('three'), token('pt.', 'three'), finish('three'), DONE];
    const cut = await brokenCall({ scripts: [{ pieces: BEGUN }, { pieces: middle }, { pieces: last }] });
    expect(textOf(cut)).toBe('The cat sat on the mat and slept.');

    const refused = await brokenCall({ scripts: [{ pieces: BEGUN }, { refusal: PREFILL_REFUSED }, { pieces: REST }] });
    expect(textOf(refused)).toBe('The cat sat on the mat and slept.');
    expect(refused.event?.attempts.map(({ provider }) => provider)).toEqual(['provider-0', 'provider-1', 'provider-2']);
  });

  it('ends with the first failure where nobody can go on', async () => {
    const busy = { refusal: { status: 503, body: '{}' } };
    const call = await brokenCall({ scripts: [{ pieces: BEGUN }, busy, busy] });

    expect(call.told).toBe(BEGUN.join(''));
    expect(call.end).toMatchObject({ kind: 'error', head: { attempts: 3, error: { class: 'cut_stream' } } });
    expect(call.event).toMatchObject({ outcome: 'failed', error: { class: 'cut_stream' } });
    expect(call.event?.attempts).toHaveLength(3);
  });

  it.each([
    ['is one of several', { n: 2 }],
    ['has a form', { response_format: { type: 'json_object' } }],
  ])('ends with the error where the answer %s', async (_what, body) => {
    const call = await brokenCall({ scripts: [{ pieces: BEGUN }], body });
    expect(call.end).toMatchObject({ kind: 'error', head: { error: { class: 'cut_stream' } } });
    expect(call.calls).toHaveLength(1);
  });

  it('ends when its caller leaves', async () => {
    const onCall: Parameters<typeof brokenCall>[0]['onCall'] = (calls, inProgress) => {
      if (calls === 2) inProgress.abort(new ProviderFailure('cancelled', 'the caller left'));
    };
    const call = await brokenCall({ scripts: [{ pieces: BEGUN }, { pieces: REST }], onCall });

    expect(call.told).not.toContain(DONE);
    expect(call.event).toMatchObject({
      outcome: 'cancelled',
      attempts: [{}, { outcome: 'cancelled', role: 'rescue' }],
    });
  });

  it('is whole without another call where nothing but the end mark is missing, or the bound is reached', async () => {
    const unmarked = await brokenCall({ scripts: [{ pieces: [...BEGUN, finish()] }] });
    expect(unmarked.told).toContain('"usage"');
    expect(unmarked.told.endsWith(DONE)).toBe(true);
    expect(unmarked.event).toMatchObject({
      outcome: 'completed',
      finishReason: 'stop',
      attempts: [{ outcome: 'failed' }],
    });

    const bounded = await brokenCall({ scripts: [{ pieces: BEGUN }], body: { max_tokens: 2 } });
    expect(bounded.told.endsWith(DONE)).toBe(true);
    expect(bounded.event).toMatchObject({ outcome: 'completed', finishReason: 'length' });
    expect([unmarked.calls.length, bounded.calls.length]).toEqual([1, 1]);
  });

  it('is no success without its end mark where the plan says nothing', async () => {
    const call = await brokenCall({ scripts: [{ pieces: [...BEGUN, finish(), usage()] }], execution: {} });
    expect(call.told).not.toContain(DONE);
    expect(call.end).toMatchObject({ kind: 'error', head: { error: { class: 'cut_stream' } } });
    expect(call.event).toMatchObject({ outcome: 'failed', attempts: [{ usageBasis: 'provider' }] });
  });
});

describe('a stream that fails before its first token', () => {
  it.each([
    ['a malformed chunk', 'bad_answer', { pieces: [role(), 'data: {"choices":[{"delta":}]}\n\n'] }],
    ['a slow first token', 'first_byte_timeout', { pieces: [role()], ending: 'stall' as const }],
    ['a cut', 'cut_stream', { pieces: [role()] }],
  ])('goes to the next target unseen after %s', async (_what, errorClass, script) => {
    for (const execution of [{}, { onCut: 'rescue' as const }]) {
      const call = await brokenCall({ scripts: [script], execution });
      expect(call.next).toMatchObject({ done: false, slip: { position: 1, attempts: [{ errorClass }] } });
      expect([call.told, call.heads.length, call.end]).toEqual(['', 0, undefined]);
    }
  });
});
