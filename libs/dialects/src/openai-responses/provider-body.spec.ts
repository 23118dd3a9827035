import { describe, expect, it } from '@jest/globals';
import { responsesProviderBody } from './provider-body.js';
import { readResponsesFacts } from './read-facts.js';
import { carry } from '../translation/carried-marks.js';

function sent(text: string): string {
  const body = Buffer.from(text);
  return responsesProviderBody(body, readResponsesFacts(body), 'gpt-x').toString();
}

describe('the body of a Responses request on its way to OpenAI', () => {
  it('has another model and is not stored there; all other bytes stay', () => {
    expect(sent('{ "model":"smart" , "input":"hi", "newest": 1.00 }')).toBe(
      '{ "model":"gpt-x","store":false , "input":"hi", "newest": 1.00 }',
    );
    expect(sent('{"store":true,"input":"hi","model":"smart"}')).toBe('{"store":false,"input":"hi","model":"gpt-x"}');
  });

  it('asks for encrypted reasoning where the response is kept here', () => {
    const include = (request: object): unknown =>
      (JSON.parse(sent(JSON.stringify({ model: 'smart', input: 'hi', ...request }))) as { include?: unknown }).include;
    expect(include({ reasoning: { effort: 'low' } })).toEqual(['reasoning.encrypted_content']);
    expect(include({ reasoning: { effort: 'low' }, include: ['x'] })).toEqual(['x', 'reasoning.encrypted_content']);
    expect(include({ reasoning: { effort: 'low' }, store: false })).toBeUndefined();
    expect(include({})).toBeUndefined();
  });

  it("leaves out reasoning that OpenAI cannot read: another provider's, and what is an id alone", () => {
    const own = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAAA' };
    const message = { role: 'user', content: 'about "reasoning"' };
    const foreign = {
      type: 'reasoning',
      id: 'rs_2',
      summary: [],
      encrypted_content: carry({ options: { anthropic: { signature: 's' } } }),
    };
    const input = [own, foreign, { type: 'reasoning', id: 'rs_3', summary: [] }, message];
    expect(JSON.parse(sent(JSON.stringify({ model: 'smart', input })))).toMatchObject({ input: [own, message] });
  });
});
