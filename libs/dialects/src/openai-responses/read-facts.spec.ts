import { describe, expect, it } from '@jest/globals';
import { DialectError } from '../dialect-error.js';
import { readResponsesFacts } from './read-facts.js';

const bytes = (body: unknown): Buffer => Buffer.from(JSON.stringify(body));

function refusalOf(body: unknown): Pick<DialectError, 'status' | 'code' | 'param'> {
  try {
    readResponsesFacts(bytes(body));
  } catch (error) {
    if (error instanceof DialectError) return { status: error.status, code: error.code, param: error.param };
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('the facts of a Responses request', () => {
  it('say what is asked of which model, and where its name stands', () => {
    const body = bytes({
      input: [{ role: 'user', content: 'x'.repeat(80) }],
      model: 'smart',
      stream: true,
      max_output_tokens: 50,
      safety_identifier: 'u1',
      tools: [{ type: 'web_search' }],
    });
    const facts = readResponsesFacts(body);
    expect(facts).toMatchObject({
      dialect: 'openai-responses',
      operation: 'chat',
      model: 'smart',
      stream: true,
      usageAsked: true,
      maxCompletionTokens: 50,
      endUser: 'u1',
      bodyBytes: body.length,
    });
    expect(facts.estimatedPromptTokens).toBeGreaterThan(25);
    expect(body.subarray(...facts.spans.model).toString()).toBe('"smart"');
  });

  it('take a text for the input as well as items', () => {
    expect(readResponsesFacts(bytes({ model: 'smart', input: 'hi' })).stream).toBe(false);
  });

  it.each([
    [{ input: 'hi' }, 'missing_required_parameter', 'model'],
    [{ model: 'smart' }, 'missing_required_parameter', 'input'],
    [{ model: 'smart', input: [] }, 'invalid_type', 'input'],
    [{ model: 'smart', input: 7 }, 'invalid_type', 'input'],
    [{ model: 'smart', input: [{ role: 'robot', content: 'x' }] }, 'invalid_type', 'input[0].role'],
    [{ model: 'smart', input: 'hi', max_output_tokens: 0 }, 'invalid_type', 'max_output_tokens'],
    [{ model: 'smart', input: 'hi', store: 'yes' }, 'invalid_type', 'store'],
    [{ model: 'smart', input: 'hi', background: true }, 'unsupported_parameter', 'background'],
    [{ model: 'smart', input: 'hi', conversation: 'conv_1' }, 'unsupported_parameter', 'conversation'],
    [{ model: 'smart', input: 'hi', previous_response_id: 'resp_1' }, 'unsupported_parameter', 'previous_response_id'],
    [{ model: 'smart', input: [{ type: 'item_reference', id: 'msg_1' }] }, 'unsupported_parameter', 'input'],
  ])('refuse %j with 400 and the field', (body, code, param) => {
    const refusal = refusalOf(body);
    expect(refusal).toMatchObject({ status: 400, code });
    expect(refusal.param).toContain(param);
  });
});
