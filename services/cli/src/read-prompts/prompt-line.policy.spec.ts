import { describe, expect, it } from '@jest/globals';
import { CliError } from '../cli.error.js';
import { endpointOf, kindOf, toBatchLine, type ConversionRules } from './prompt-line.policy.js';

const rules: ConversionRules = { endpoint: '/v1/chat/completions', promptField: 'prompt', model: 'm' };
const line = (text: string) => ({ line: 7, text });
const converted = (...parameters: Parameters<typeof toBatchLine>): unknown => JSON.parse(toBatchLine(...parameters));

describe('kindOf', () => {
  it.each([
    ['{"custom_id":"1","body":{}}', 'batch'],
    ['{"prompt":"hi"}', 'objects'],
    ['What is 2 + 2?', 'text'],
    ['"What is 2 + 2?"', 'text'],
    ['{not json', 'text'],
    ['[1]', 'text'],
  ])('tells that %s is of kind %s', (text, kind) => {
    expect(kindOf(text, rules)).toBe(kind);
  });

  it('names the fields there are when the prompt is in none of them', () => {
    expect(() => kindOf('{"question":"hi","answer":"a"}', rules)).toThrow(/question, answer.*--prompt-field/);
    expect(kindOf('{"question":"hi"}', { promptField: 'question' })).toBe('objects');
  });
});

describe('endpointOf', () => {
  it('goes by the first line', () => {
    expect(endpointOf('{"custom_id":"1","url":"/v1/embeddings","body":{}}')).toBe('/v1/embeddings');
    for (const first of ['{"custom_id":"1","body":{}}', '{"url":7}', 'What is 2 + 2?'])
      expect(endpointOf(first)).toBe('/v1/chat/completions');
  });
});

describe('toBatchLine', () => {
  it.each([
    ['/v1/responses', { input: 'hi', max_output_tokens: 5 }],
    ['/v1/completions', { prompt: 'hi', max_tokens: 5 }],
  ])('makes a request for %s', (endpoint, body) => {
    expect(converted('text', line('hi'), { ...rules, endpoint, maxTokens: 5 })).toMatchObject({
      url: endpoint,
      body: { model: 'm', ...body },
    });
  });

  it.each([
    ['/v1/embeddings', { input: 'hi' }],
    ['/v1/moderations', { input: 'hi' }],
    ['/v1/images/generations', { prompt: 'hi' }],
  ])('makes a request for %s, whose answers have no tokens', (endpoint, body) => {
    expect(converted('text', line('hi'), { ...rules, endpoint })).toMatchObject({ body: { model: 'm', ...body } });
    expect(() => converted('text', line('hi'), { ...rules, endpoint, maxTokens: 5 })).toThrow('--max-tokens');
  });

  it('names the endpoints there are', () => {
    expect(() => converted('text', line('hi'), { ...rules, endpoint: '/v1/models' })).toThrow('/v1/embeddings');
  });

  it('makes a request of a prompt, named by its line', () => {
    const request = {
      custom_id: '7',
      method: 'POST',
      url: '/v1/chat/completions',
      body: { model: 'm', messages: [{ role: 'user', content: 'hi' }] },
    };
    expect(converted('text', line('hi'), rules)).toEqual(request);
    expect(converted('text', line('"hi"'), rules)).toEqual(request);
    expect(converted('objects', line('{"prompt":"hi"}'), rules)).toEqual(request);
    expect(converted('text', line('hi'), { ...rules, maxTokens: 5 })).toMatchObject({ body: { max_tokens: 5 } });
  });

  it('leaves a batch line alone, or replaces what an option says', () => {
    const text = '{"custom_id":"a","body":{"model":"other","n":1.0}}';

    expect(toBatchLine('batch', line(text), { ...rules, model: undefined })).toBe(text);
    expect(converted('batch', line(text), rules)).toEqual({ custom_id: 'a', body: { model: 'm', n: 1 } });
  });

  it('names a line that holds no prompt', () => {
    expect(() => toBatchLine('objects', line('{"prompt":7}'), rules)).toThrow(CliError);
    expect(() => toBatchLine('objects', line('nonsense'), rules)).toThrow('Line 7');
    expect(() => toBatchLine('batch', line('{"body":1}'), rules)).toThrow('Line 7');
  });
});
