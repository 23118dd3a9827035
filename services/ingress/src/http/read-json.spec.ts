import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { readJson, readOptionalJson } from './read-json.js';

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
});
