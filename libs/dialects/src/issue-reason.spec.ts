import { describe, expect, it } from '@jest/globals';
import { z, type ZodType } from 'zod';
import { issueReason } from './issue-reason.js';

const reasonOf = (schema: ZodType, value: unknown): string => {
  const [issue] = schema.safeParse(value).error?.issues ?? [];
  if (!issue) throw new Error('the value fits');
  return issueReason(issue);
};

describe('what is wrong with a value', () => {
  it.each([
    [z.number(), 'x', 'it must be a number, not a string'],
    [z.int(), 1.5, 'it must be a whole number'],
    [z.coerce.number(), 'x', 'it must be a number'],
    [z.boolean(), 1, 'it must be true or false, not a number'],
    [z.string(), true, 'it must be a string, not a boolean'],
    [z.array(z.string()), {}, 'it must be an array, not an object'],
    [z.record(z.string(), z.string()), [], 'it must be an object, not an array'],
    [z.array(z.string()).min(1), [], 'it must not be empty'],
    [z.array(z.string()).max(2), ['a', 'b', 'c'], 'it must have at most 2 items'],
    [z.string().min(1), '', 'it must not be empty'],
    [z.string().max(1), 'ab', 'it must have at most 1 character'],
    [z.number().min(0), -1, 'it must be at least 0'],
    [z.number().positive(), 0, 'it must be above 0'],
    [z.number().lt(3), 3, 'it must be below 3'],
    [z.enum(['a', 'b']), 'c', 'it must be one of a, b'],
    [z.literal('a'), 'c', 'it must be a'],
    [z.email(), 'x', 'it must be a mail address'],
    [z.iso.datetime({ offset: true }), 'soon', 'it must be a time with its zone, such as 2026-01-31T12:00:00Z'],
    [z.strictObject({}), { x: 1 }, 'it has what is not known here: x'],
  ])('is told in plain words: %#', (schema, value, reason) => {
    expect(reasonOf(schema, value)).toBe(reason);
  });

  it("is told in a schema's own words where it has some", () => {
    expect(reasonOf(z.string().regex(/^a/, 'must begin with a'), 'b')).toBe('must begin with a');
    expect(reasonOf(z.number({ error: 'must be a price' }), 'b')).toBe('must be a price');
  });
});
