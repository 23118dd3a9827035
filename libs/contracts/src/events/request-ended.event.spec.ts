import { describe, expect, it } from '@jest/globals';
import { requestEndedSchema } from './request-ended.event.js';

describe('the answer of a terminal event', () => {
  const { answer } = requestEndedSchema.shape;

  it('has its body, or the name under which that rests, or neither while the body travels behind it', () => {
    for (const value of [
      { status: 200, body: '' },
      { status: 200, claim: 'answer-req_1' },
      { status: 200 },
      undefined,
    ]) {
      expect(answer.parse(value)).toEqual(value);
    }
  });

  it.each([
    { status: 200, body: '{}', claim: 'answer-req_1' },
    { status: 200, body: '{}', more: 1 },
  ])('is refused as %j', (value) => {
    expect(answer.safeParse(value).success).toBe(false);
  });
});
