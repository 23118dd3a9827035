import { describe, expect, it } from '@jest/globals';
import { withoutOperatorsCost } from './operators-cost.js';

const COSTS =
  '"cost":0.00042,"is_byok":false,"cost_details":{"upstream_inference_cost":null,"upstream_inference_prompt_cost":1e-5}';

function edited(text: string): string {
  return Buffer.from(withoutOperatorsCost(Buffer.from(text))).toString();
}

describe('withoutOperatorsCost', () => {
  it('takes the cost out of a plain answer and leaves the rest of it', () => {
    const answer = (costs: string) =>
      `{"id":"gen-1", "choices":[{"message":{"content":"\\"cost\\": ü"}}],"usage":{"prompt_tokens":9,${costs}"total_tokens":12,"prompt_tokens_details":{"cached_tokens":0}}}`;
    expect(edited(answer(`${COSTS},`))).toBe(answer('"is_byok":false,'));
  });

  it('takes the cost out of an event, among others', () => {
    const events = (costs: string) =>
      `: OPENROUTER PROCESSING\n\ndata: {"choices":[{"delta":{"content":"x"}}]}\n\ndata: {"choices":[],"usage":{"prompt_tokens":9${costs}}}\n\ndata: [DONE]\n\n`;
    expect(edited(events(`,${COSTS}`))).toBe(events(',"is_byok":false'));
  });

  it.each([
    ['no usage', '{"choices":[],"cost":1}'],
    ['a usage without cost', '{"usage": {"prompt_tokens": 9}, "note": "\\"cost\\""}'],
    ['half a usage', 'data: {"usage":{"cost":1'],
  ])('leaves the very bytes of an answer with %s', (_what, text) => {
    const bytes = Buffer.from(text);
    expect(Buffer.from(withoutOperatorsCost(bytes)).equals(bytes)).toBe(true);
  });
});
