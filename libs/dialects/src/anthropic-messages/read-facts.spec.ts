import { describe, expect, it } from '@jest/globals';
import { DialectError } from '../dialect-error.js';
import { countTokensDialect } from './count-tokens-dialect.js';
import { messagesDialect } from './messages-dialect.js';

const request = {
  model: 'claude',
  max_tokens: 100,
  system: 'Be brief.',
  messages: [{ role: 'user', content: 'Hello' }],
};
const bytes = (value: unknown): Buffer => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

function refusal(body: Buffer): Pick<DialectError, 'status' | 'param' | 'message'> {
  try {
    messagesDialect.readFacts(body);
  } catch (error) {
    if (error instanceof DialectError) return { status: error.status, param: error.param, message: error.message };
    throw error;
  }
  throw new Error('the body was not refused');
}

describe('messagesDialect.readFacts', () => {
  it('reads what is known of a request before it is sent', () => {
    const body = bytes({ ...request, stream: true, metadata: { user_id: 'u-1' }, future_field: {} });
    const facts = messagesDialect.readFacts(body);

    expect(facts).toMatchObject({
      dialect: 'anthropic-messages',
      operation: 'chat',
      model: 'claude',
      stream: true,
      maxCompletionTokens: 100,
      endUser: 'u-1',
      bodyBytes: body.length,
    });
    expect(facts.estimatedPromptTokens).toBe(Math.ceil((11 + 35) / 4));
    expect(body.subarray(...facts.spans.model).toString()).toBe('"claude"');
  });

  it('lets consecutive messages of one role pass, and mid-conversation system messages', () => {
    const messages = [request.messages[0], request.messages[0], { role: 'system', content: 'Now in German.' }];
    expect(messagesDialect.readFacts(bytes({ ...request, messages })).model).toBe('claude');
  });

  it.each([
    ['no model', { ...request, model: undefined }, 'model', 'Missing required'],
    ['no limit', { ...request, max_tokens: undefined }, 'max_tokens', 'Missing required'],
    ['a limit of text', { ...request, max_tokens: 'many' }, 'max_tokens', 'it must be a'],
    ['no messages', { ...request, messages: [] }, 'messages', 'it must not be empty'],
    ['an unknown role', { ...request, messages: [{ role: 'robot', content: '' }] }, 'messages[0].role', 'Invalid'],
    [
      'an assistant first',
      { ...request, messages: [{ role: 'assistant', content: 'a' }] },
      'messages',
      'first message',
    ],
    [
      'content of a number',
      { ...request, messages: [{ role: 'user', content: 7 }] },
      'messages[0].content',
      'text or a list',
    ],
    ['a system of a number', { ...request, system: 7 }, 'system', 'text or a list'],
    ['a hot temperature', { ...request, temperature: 2 }, 'temperature', 'at most 1'],
    ['a field twice', '{"model":"a","model":"b"}', 'model', 'appears twice'],
    ['no JSON', '{"model":', null, 'not valid JSON'],
    ['a deep nest', `{"a":${'['.repeat(80)}${']'.repeat(80)}}`, null, 'deeper than'],
  ])('refuses %s and names the field', (_what, body, param, sentence) => {
    const refused = refusal(bytes(body));
    expect(refused).toMatchObject({ status: 400, param });
    expect(refused.message).toContain(sentence);
  });
});

describe('messagesDialect.providerBody', () => {
  it('replaces the name of the model and no other byte', () => {
    const body = bytes(
      '{ "max_tokens":1, "model" : "claude" ,"x":"ü\\u00fc",\n"messages":[{"role":"user","content":"a"}]}',
    );
    const sent = messagesDialect.providerBody(body, messagesDialect.readFacts(body), 'claude-9');
    expect(sent.toString()).toBe(body.toString().replace('"claude"', '"claude-9"'));
  });

  it('leaves out the thoughts of other providers, which Anthropic would refuse', () => {
    const content = [
      { type: 'thinking', thinking: 'hm', signature: 'switchyard.e30' },
      { type: 'redacted_thinking', data: 'switchyard.e30' },
      { type: 'thinking', thinking: 'own', signature: 'EqQB' },
      { type: 'text', text: 'ok' },
    ];
    const body = bytes({ ...request, messages: [...request.messages, { role: 'assistant', content }] });
    const sent = messagesDialect.providerBody(body, messagesDialect.readFacts(body), 'claude-9');
    expect(JSON.parse(sent.toString())).toEqual({
      ...request,
      model: 'claude-9',
      messages: [...request.messages, { role: 'assistant', content: content.slice(2) }],
    });
  });
});

describe('countTokensDialect', () => {
  it('needs no limit, and is answered here by an estimate that costs nothing', () => {
    const facts = countTokensDialect.readFacts(bytes({ ...request, max_tokens: undefined }));
    expect(facts).toMatchObject({ operation: 'count_tokens', stream: false, estimatedPromptTokens: 12 });

    const answer = countTokensDialect.ownAnswer(facts);
    expect(JSON.parse(answer)).toEqual({ input_tokens: 12 });
    expect(countTokensDialect.readAnswer(Buffer.from(answer))).toEqual({
      usage: { promptTokens: 0, completionTokens: 0, requests: 0 },
      characters: 0,
    });
  });
});
