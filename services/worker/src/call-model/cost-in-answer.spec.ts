import { describe, expect, it } from '@jest/globals';
import { withCost } from './cost-in-answer.js';

describe('withCost', () => {
  it('puts the cost beside the tokens', () => {
    const body = withCost(Buffer.from('{"id":"1","usage" : {"prompt_tokens":1}}'), 1_230n);
    expect(JSON.parse(body.toString())).toEqual({ id: '1', usage: { cost: 0.00000123, prompt_tokens: 1 } });
  });

  it('leaves an answer without usage as it is', () => {
    expect(withCost(Buffer.from('{"usage":null}'), 5n).toString()).toBe('{"usage":null}');
  });
});
