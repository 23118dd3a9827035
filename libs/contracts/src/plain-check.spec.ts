import { describe, expect, it } from '@jest/globals';
import { assert, constant, jsonValue, nat, oneof, property, string, tuple } from 'fast-check';
import { z } from 'zod';
import { requestEndedSchema, type RequestEnded } from './events/request-ended.event.js';
import { plainCheck } from './plain-check.js';

const isPlain = plainCheck(requestEndedSchema);

const event: RequestEnded = {
  version: 1,
  outcome: 'completed',
  requestId: 'req_0123456789abcdef',
  organization: 'demo',
  project: 'default',
  key: 'ci',
  lane: 'durable',
  dialect: 'openai-chat',
  operation: 'chat',
  model: 'gpt-small',
  stream: false,
  endUser: 'ann',
  receivedAt: 1,
  endedAt: 2,
  firstByteMilliseconds: 1.5,
  decision: {
    snapshotRevision: 1,
    strategy: 'priority',
    candidates: [{ provider: 'toy', model: 'm', outcome: 'planned', rank: 0, reason: 'the only one' }],
    privacy: ['organization acme'],
  },
  facts: {
    estimatedPromptTokens: 7,
    tags: ['a'],
    metadata: { team: 'x' },
    difficulty: 0.5,
    inputModalities: ['text'],
    wishes: { models: ['a'], maxLatency: { value: 3, percentile: 90 } },
  },
  attempts: [
    {
      provider: 'toy',
      model: 'm',
      priceVersion: 'price_1',
      startedAt: 1,
      durationMilliseconds: 0.5,
      outcome: 'succeeded',
      status: 200,
      usage: { promptTokens: 1, completionTokens: 2 },
      usageBasis: 'provider',
    },
  ],
  costNanoUsd: '-12',
  error: {
    class: 'cancelled',
    message: 'm',
    status: 499,
    code: 'c',
    providerMessage: { sha256: 'a'.repeat(64), characters: 3 },
  },
  hold: { nanoUsd: '10', leases: [{ id: 'l1', nanoUsd: '10' }] },
  job: { batchId: 'batch_1', line: 1, customId: 'a' },
  answer: { status: 200, body: '{}' },
  seal: 'mh2lEaQipI1gywGqADdnDA',
};

/** Every place of a value, as the names that lead there. */
function* placesIn(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) yield* placesIn(member, [...path, name]);
}

const places = [...placesIn(event)];

/** The value with another at a place of it, or a new member beside it. */
function changed(value: unknown, path: readonly string[], other: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return other;
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [...value] : { ...value };
  Object.assign(copy, { [name]: changed((value as Record<string, unknown>)[name], rest, other) });
  return copy;
}

const asSent = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? 'null');

/** What the check promises of a value that it lets pass. */
function expectPromiseKept(schema: z.ZodType, value: unknown): void {
  const read = schema.safeParse(value);
  expect(read.success).toBe(true);
  expect(JSON.stringify(read.data, sortedMembers)).toBe(JSON.stringify(value, sortedMembers));
}

function sortedMembers(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

describe('the quick check of terminal events', () => {
  it('lets whole events pass', () => {
    for (const one of [event, { ...event, job: { jobId: 'job_1', run: 0 } }, { ...event, answer: { status: 200 } }])
      expect(isPlain(asSent(one))).toBe(true);
  });

  it.each<[string, unknown]>([
    ['nothing', null],
    ['a list', [event]],
    ['a member too many', { ...event, more: 1 }],
    ['a member too many below', { ...event, facts: { more: 1 } }],
    ['one missing', { ...event, organization: undefined }],
    ['a name that is none', { ...event, organization: 'Demo*' }],
    ['a fraction', { ...event, endedAt: 1.5 }],
    ['a negative time', { ...event, endedAt: -1 }],
    ['a job of both kinds', { ...event, job: { batchId: 'b', line: 1, customId: 'a', jobId: 'j', run: 0 } }],
    ['an answer with a body and a claim', { ...event, answer: { status: 200, body: '', claim: '' } }],
    ['an answer with more', { ...event, answer: { status: 200, more: 1 } }],
    ['an inherited name', JSON.parse(`{"__proto__":{},${JSON.stringify(event).slice(1)}`)],
  ])('leaves %s to the schema', (_what, value) => {
    expect(isPlain(asSent(value))).toBe(false);
  });

  it('lets nothing pass that the schema refuses or reads as something else', () => {
    const others = oneof(jsonValue(), string(), constant(-1), constant('a\n'), nat(), constant({}), constant([]));
    assert(
      property(tuple(nat(places.length - 1), others, oneof(constant(undefined), string())), ([at, other, beside]) => {
        const path = places[at] ?? [];
        const value = asSent(changed(event, beside === undefined ? path : [...path, beside], other));
        if (isPlain(value)) expectPromiseKept(requestEndedSchema, value);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a quick check', () => {
  const union = z.union([z.object({ a: z.string() }), z.object({ a: z.string(), b: z.number() })]);

  it('is not taken in by what a union reads as its first kind', () => {
    expect(plainCheck(union)({ a: '', b: 1 })).toBe(false);
    expect(plainCheck(union)({ a: '' })).toBe(true);
  });

  it.each<[string, z.ZodType, unknown]>([
    ['transforms', z.string().transform((text) => text), ''],
    ['trims', z.string().trim(), ' '],
    ['coerces', z.coerce.number(), 1],
    ['defaults', z.object({ a: z.string().default('') }), {}],
    ['formats', z.email(), 'a@example.com'],
    ['what checks itself', z.string().superRefine(() => undefined), ''],
  ])('leaves %s to the schema', (_what, schema, value) => {
    expect(plainCheck(schema)(value)).toBe(false);
  });
});
