import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { readFields, readJson, readOptionalJson } from './read-json.js';

const schema = z.object({ url: z.string(), inner: z.object({ kind: z.enum(['a', 'b']) }).optional() });
const bytes = (body: unknown): Buffer => Buffer.from(JSON.stringify(body));

describe('what a JSON body lacks', () => {
  it.each([
    ['a field', {}, 'url'],
    ['a field of an object within', { url: 'x', inner: {} }, 'inner.kind'],
  ])('is named as missing: %s', (_what, body, param) => {
    expect(() => readJson(bytes(body), schema)).toThrow(
      expect.objectContaining({
        status: 400,
        code: 'missing_required_parameter',
        param,
        message: `Missing required parameter: '${param}'.`,
      }),
    );
  });

  it('is missing from a body that was left out, too', () => {
    expect(() => readOptionalJson(undefined, schema)).toThrow(
      expect.objectContaining({ code: 'missing_required_parameter', param: 'url' }),
    );
  });

  it.each([
    ['null', { url: null }, 'url'],
    ['a value of another type', { url: 7 }, 'url'],
    ['no object at all', 7, null],
  ])('is not what is there and does not fit: %s', (_what, body, param) => {
    expect(() => readJson(bytes(body), schema)).toThrow(expect.objectContaining({ code: 'invalid_parameter', param }));
  });

  it('is told in one sentence, which names a field only where it is of one', () => {
    const sentence = z.string().refine(() => false, 'It must be shorter.');
    const query = z.object({ a: z.string().optional() }).refine(() => false, 'say what you want');
    expect(() => readFields({ a: 'x' }, z.object({ a: sentence }))).toThrow(
      expect.objectContaining({ message: "Invalid value for 'a': It must be shorter." }),
    );
    expect(() => readFields({}, query)).toThrow(
      expect.objectContaining({ message: 'Invalid request: say what you want.', param: null }),
    );
  });

  it('is told with the values that there are, and without a place in a list that was one text', () => {
    const query = z.object({
      group_by: z
        .string()
        .transform((list) => list.split(','))
        .pipe(z.array(z.enum(['model', 'project']))),
    });
    expect(() => readFields({ group_by: 'model,moon' }, query)).toThrow(
      expect.objectContaining({
        param: 'group_by',
        message: "Invalid value for 'group_by': it must be one of model, project.",
      }),
    );
    expect(() => readJson(bytes({ url: 'x', inner: { kind: 'c' } }), schema)).toThrow(
      expect.objectContaining({
        param: 'inner.kind',
        message: "Invalid value for 'inner.kind': it must be one of a, b.",
      }),
    );
  });

  it('is explained by a schema that has words of its own for what must be given together', () => {
    const together = z
      .object({ from: z.int().optional(), to: z.int().optional() })
      .refine(({ from, to }) => from === undefined || to !== undefined, {
        path: ['to'],
        message: 'must be given with from',
      });
    expect(() => readJson(bytes({ from: 1 }), together)).toThrow(
      expect.objectContaining({
        code: 'invalid_parameter',
        message: "Invalid value for 'to': must be given with from.",
      }),
    );
  });

  it('is told of a field that nobody knows, with those that are known at its place', () => {
    const inner = z.strictObject({ kind: z.string() });
    const whole = z
      .strictObject({ a: z.string(), list: z.array(inner).nullable().optional(), map: z.record(z.string(), inner) })
      .transform((value) => value);
    const map = { x: { kind: 'a', b: 1 } };
    expect(() => readFields({ a: 'x', map: {}, c: 1 }, whole)).toThrow(
      expect.objectContaining({ param: 'c', message: "Unknown parameter: 'c'. Known are a, list, map." }),
    );
    for (const [fields, param] of [
      [{ a: 'x', map: {}, list: [{ kind: 'a', b: 1 }] }, 'list.0.b'],
      [{ a: 'x', map }, 'map.x.b'],
    ] as const)
      expect(() => readFields(fields, whole)).toThrow(
        expect.objectContaining({ param, message: `Unknown parameter: '${param}'. Known are kind.` }),
      );
  });
});
