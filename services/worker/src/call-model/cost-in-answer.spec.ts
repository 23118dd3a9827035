import { describe, expect, it } from '@jest/globals';
import { withCost } from './cost-in-answer.js';

describe('withCost', () => {
  it('puts the cost beside the tokens', () => {
    const body = withCost(Buffer.from('{"id":"1","usage" : {"prompt_tokens":1}}'), 1_230n);
    expect(JSON.parse(body.toString())).toEqual({ id: '1', usage: { cost: 0.00000123, prompt_tokens: 1 } });
  });

  it.each([
    '{"usage":{"prompt_tokens":1,"details":{"n":2},"cost":0.5e-3},"cost":7}',
    '{"usage":{"cost" : 0.5, "prompt_tokens":1,"details":{"n":2}},"cost":7}',
    '{"usage":{"prompt_tokens":1,"cost":null,"details":{"n":2}},"cost":7}',
  ])('takes out what the provider itself says the call cost: %s', (answer) => {
    const body = withCost(Buffer.from(answer), 1_230n).toString();
    expect(body.match(/"cost"/g)).toHaveLength(2);
    expect(JSON.parse(body)).toEqual({ usage: { cost: 0.00000123, prompt_tokens: 1, details: { n: 2 } }, cost: 7 });
  });

  it('stays JSON where nothing else is told', () => {
    expect(withCost(Buffer.from('{"usage":{}}'), 1_000_000_000n).toString()).toBe('{"usage":{"cost":1}}');
  });

  it('leaves an answer without usage as it is', () => {
    expect(withCost(Buffer.from('{"usage":null}'), 5n).toString()).toBe('{"usage":null}');
  });
});
