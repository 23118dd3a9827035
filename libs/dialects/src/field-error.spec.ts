import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { fieldError } from './field-error.js';

const item = z.object({ role: z.enum(['user', 'assistant']) });
const schema = z.object({
  input: z.union([z.string(), z.array(item)]),
  prompt: z.union([z.string(), z.array(z.string())], { error: 'must be a text or texts' }).optional(),
});

function refusal(body: object) {
  const { error } = schema.safeParse(body);
  if (!error) throw new Error('the body was not refused');
  const { code, param, message } = fieldError(error, body);
  return { code, param, message };
}

describe('fieldError', () => {
  it('names the innermost field of a union at fault', () => {
    expect(refusal({ input: [{ role: 'robot' }] })).toMatchObject({ code: 'invalid_type', param: 'input[0].role' });
  });

  it('tells which types a union takes', () => {
    expect(refusal({ input: 7 }).message).toBe("Invalid value for 'input': it must be a string or an array.");
  });

  it("keeps a schema's own words for a union", () => {
    expect(refusal({ input: 'x', prompt: 7 }).message).toBe("Invalid value for 'prompt': must be a text or texts.");
  });

  it('tells a missing field from a wrong one', () => {
    expect(refusal({})).toMatchObject({ code: 'missing_required_parameter', param: 'input' });
  });
});
