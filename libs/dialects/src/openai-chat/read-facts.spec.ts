import { describe, expect, it } from '@jest/globals';
import { chatProviderBody } from './provider-body.js';
import { readChatFacts } from './read-facts.js';

const BOM = '\uFEFF';
const MESSAGES = '"messages":[{"role":"user","content":"hi"}]';
const read = (text: string): ReturnType<typeof readChatFacts> => readChatFacts(Buffer.from(text));
const withField = (member: string): string => `{"model":"m",${MESSAGES},${member}}`;

describe('readChatFacts', () => {
  it('reads what a request says of itself', () => {
    const text = `{"model":"gpt-small","stream":true,"stream_options":{"include_usage":true},${MESSAGES},"max_tokens":7,"user":"u"}`;
    expect(read(text)).toEqual({
      dialect: 'openai-chat',
      operation: 'chat',
      model: 'gpt-small',
      stream: true,
      usageAsked: true,
      estimatedPromptTokens: 8,
      maxCompletionTokens: 7,
      endUser: 'u',
      bodyBytes: text.length,
      spans: { model: [9, 20], streamOptions: [52, 74] },
    });
  });

  it('tells how many answers are asked for', () => {
    expect([read(withField('"n":8')).choices, read(withField('"n":1')).choices]).toEqual([8, undefined]);
  });

  it('prefers the newer name of the cap on completion tokens', () => {
    expect(read(withField('"max_tokens":7,"max_completion_tokens":5')).maxCompletionTokens).toBe(5);
  });

  it.each(['"stream":null', '"stream_options":null,"user":null', '"max_tokens":null', '"unknown":{"anything":[1]}'])(
    'takes %s',
    (member) => {
      expect(read(withField(member))).toMatchObject({ stream: false, usageAsked: false });
    },
  );

  it('takes answers to calls made in parallel, and an assistant who only calls', () => {
    const call = '{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}';
    const answer = '{"role":"tool","tool_call_id":"c","content":"x"}';
    const messages = `"messages":[{"role":"assistant","tool_calls":[${call},${call}]},${answer},${answer}]`;
    expect(read(`{"model":"m",${messages}}`).model).toBe('m');
  });

  it.each([
    ['nothing', '', 'invalid_json', null],
    ['no JSON', 'model=m', 'invalid_json', null],
    ['JSON with a comma too many', '{"model":"m",}', 'invalid_json', null],
    ['JSON with something behind it', `{"model":"m",${MESSAGES}}{}`, 'invalid_json', null],
    ['a byte order mark', `${BOM}{"model":"m",${MESSAGES}}`, 'invalid_json', null],
    ['a list', '[]', 'invalid_json', null],
    ['a text', '"model"', 'invalid_json', null],
    ['null', 'null', 'invalid_json', null],
    ['an empty object', '{}', 'missing_required_parameter', 'model'],
    ['no messages', '{"model":"m"}', 'missing_required_parameter', 'messages'],
    ['an empty model', `{"model":"",${MESSAGES}}`, 'invalid_type', 'model'],
    ['a model of 201 characters', `{"model":"${'m'.repeat(201)}",${MESSAGES}}`, 'invalid_type', 'model'],
    ['no message', '{"model":"m","messages":[]}', 'invalid_type', 'messages'],
    [
      'a message without a role',
      '{"model":"m","messages":[{"content":"hi"}]}',
      'missing_required_parameter',
      'messages[0].role',
    ],
    [
      'a content that is a number',
      '{"model":"m","messages":[{"role":"user","content":1}]}',
      'invalid_type',
      'messages[0].content',
    ],
    [
      'an answer of a tool without the id of its call',
      '{"model":"m","messages":[{"role":"tool","content":"x"}]}',
      'missing_required_parameter',
      'messages[0].tool_call_id',
    ],
    [
      'an answer of a tool that nobody called',
      '{"model":"m","messages":[{"role":"user","content":"x"},{"role":"tool","tool_call_id":"c","content":"x"}]}',
      'invalid_role_order',
      'messages[1].role',
    ],
    [
      'a role that is none',
      '{"model":"m","messages":[{"role":"robot","content":"x"}]}',
      'invalid_type',
      'messages[0].role',
    ],
    [
      'a message of a user without content',
      '{"model":"m","messages":[{"role":"user"}]}',
      'missing_required_parameter',
      'messages[0].content',
    ],
    [
      'a part without a type',
      '{"model":"m","messages":[{"role":"user","content":[{"text":"x"}]}]}',
      'missing_required_parameter',
      'messages[0].content[0].type',
    ],
    ['a text for stream', withField('"stream":"true"'), 'invalid_type', 'stream'],
    ['a fraction of tokens', withField('"max_tokens":1.5'), 'invalid_type', 'max_tokens'],
    ['129 answers', withField('"n":129'), 'invalid_type', 'n'],
    ['a list for stream options', withField('"stream_options":[]'), 'invalid_type', 'stream_options'],
    ['a field twice', withField('"model":"n"'), 'duplicate_field', 'model'],
    ['too deep a value', withField(`"x":${'['.repeat(64)}${']'.repeat(64)}`), 'too_deep', null],
  ])('refuses %s', (_what, text, code, param) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ status: 400, code, param }));
  });

  it.each([
    ['a byte that is none', [0xff]],
    ['a letter cut in half', [0xc3]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['half of a pair', [0xed, 0xa0, 0x80]],
  ])('refuses text that is not UTF-8: %s', (_what, bytes) => {
    const body = Buffer.concat([Buffer.from('{"model":"'), Buffer.from(bytes), Buffer.from(`",${MESSAGES}}`)]);
    expect(() => readChatFacts(body)).toThrow(expect.objectContaining({ status: 400, code: 'invalid_encoding' }));
  });

  it("reads a gateway's own fields and takes them out for other providers", () => {
    const own = { models: ['a', 'b'], provider: { order: ['x'] }, plugins: [{ id: 'web' }], usage: { include: true } };
    const rest = { messages: [{ role: 'user', content: 'hi' }], seed: 1.0 };
    const body = Buffer.from(JSON.stringify({ ...own, model: 'toy', ...rest }));
    const facts = readChatFacts(body);
    expect(facts).toMatchObject({
      wishes: { models: own.models, order: ['x'] },
      costAsked: true,
      usageAsked: true,
    });
    expect(JSON.parse(chatProviderBody(body, facts, 'm').toString())).toEqual({ model: 'm', ...rest });
  });

  it('names the own field that is wrong', () => {
    expect(() => read(withField('"models":"a"'))).toThrow(expect.objectContaining({ status: 400, param: 'models' }));
  });
});
