import { describe, expect, it } from '@jest/globals';
import { anything, assert, integer, json, oneof, property, string } from 'fast-check';
import { errorClass } from '#libs/contracts';
import { classify as classifyCohere } from './cohere/errors.js';
import { classify as classifyGoogle } from './google/errors.js';
import { classify as classifyMistral } from './mistral/errors.js';

const bodies = oneof(
  string(),
  json(),
  anything({ withNullPrototype: false }).map((value) => {
    try {
      return JSON.stringify({ error: value, message: value, detail: value, type: value, code: value }) ?? '';
    } catch {
      return '';
    }
  }),
  anything().map((value) => {
    try {
      return JSON.stringify({
        error: { message: value, details: [value, { violations: [value], retryDelay: value }] },
      });
    } catch {
      return '';
    }
  }),
);

describe.each([
  ['cohere', classifyCohere],
  ['google', classifyGoogle],
  ['mistral', classifyMistral],
])('errors of kind %s', (_kind, classify) => {
  it('have a class and a short sentence, whatever the body is', () => {
    assert(
      property(integer({ min: 400, max: 599 }), bodies, (status, body) => {
        const classified = classify(status, body);
        expect(errorClass.options).toContain(classified.errorClass);
        expect(classified.message.length).toBeLessThanOrEqual(500);
        expect(classified.retryAfterSeconds ?? 0).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
