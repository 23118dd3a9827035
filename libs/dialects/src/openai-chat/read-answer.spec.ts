import { describe, expect, it } from '@jest/globals';
import { classifyChatError } from './classify-error.js';
import { readChatAnswer } from './read-answer.js';

const read = (value: unknown): ReturnType<typeof readChatAnswer> =>
  readChatAnswer(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));
const answer = (changes: object = {}): object => ({
  id: 'chatcmpl-1',
  choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }],
  ...changes,
});

describe('readChatAnswer', () => {
  it('reads id, reason of the end, usage and size of the text', () => {
    const usage = { prompt_tokens: 9, completion_tokens: 4, completion_tokens_details: { reasoning_tokens: 2 } };
    expect(read(answer({ usage }))).toEqual({
      upstreamId: 'chatcmpl-1',
      finishReason: 'stop',
      usage: { promptTokens: 9, completionTokens: 4, reasoningTokens: 2 },
      characters: 5,
    });
  });

  it.each([
    ['a page of HTML', '<!doctype html>'],
    ['half of an answer', '{"id":"x","choices":[{"mess'],
    ['an error', { error: { message: 'no' } }],
    ['no choices', { choices: [] }],
    ['choices that are none', { choices: [null] }],
    ['a list', [answer()]],
    ['null', 'null'],
  ])('finds no answer in %s', (_what, body) => {
    expect(read(body)).toBeUndefined();
  });

  it.each([
    ['none', undefined],
    ['null', null],
    ['a negative count', { prompt_tokens: -1, completion_tokens: 4 }],
    ['a text', { prompt_tokens: 1, completion_tokens: '4' }],
    ['a fraction', { prompt_tokens: 1.5, completion_tokens: 4 }],
    ['an absurd count', { prompt_tokens: 1e18, completion_tokens: 4 }],
    ['half of it', { prompt_tokens: 1 }],
  ])('bills nobody by a usage of %s', (_what, usage) => {
    expect(read(answer({ usage }))).toEqual({ upstreamId: 'chatcmpl-1', finishReason: 'stop', characters: 5 });
  });

  it('counts reasoning that a provider tells beside the completion, as its total shows', () => {
    const usage = { prompt_tokens: 37, completion_tokens: 530, completion_tokens_details: { reasoning_tokens: 233 } };
    const used = { promptTokens: 37, reasoningTokens: 233 };
    expect(read(answer({ usage: { ...usage, total_tokens: 800 } }))?.usage).toEqual({ ...used, completionTokens: 763 });
    expect(read(answer({ usage: { ...usage, total_tokens: 567 } }))?.usage).toEqual({ ...used, completionTokens: 530 });
  });

  it('reads tokens of sounds and images', () => {
    const usage = {
      prompt_tokens: 9,
      prompt_tokens_details: { audio_tokens: 2, image_tokens: 3 },
      completion_tokens: 8,
      completion_tokens_details: { audio_tokens: 4, image_tokens: 1 },
    };
    expect(read(answer({ usage }))?.usage).toEqual({
      promptTokens: 9,
      completionTokens: 8,
      audioPromptTokens: 2,
      imagePromptTokens: 3,
      audioCompletionTokens: 4,
      imageCompletionTokens: 1,
    });
  });

  it('takes no more cached tokens than there were prompt tokens', () => {
    const usage = { prompt_tokens: 3, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 8 } };
    expect(read(answer({ usage }))?.usage).toEqual({ promptTokens: 3, completionTokens: 1, cachedPromptTokens: 3 });
  });
});

describe('classifyChatError', () => {
  const body = (code: string): string => JSON.stringify({ error: { message: 'because', code } });

  it.each([
    [400, '', 'invalid_request'],
    [401, 'invalid_api_key', 'authentication'],
    [402, '', 'quota'],
    [403, '', 'permission'],
    [404, 'model_not_found', 'not_found'],
    [408, '', 'first_byte_timeout'],
    [413, '', 'context_too_long'],
    [429, 'rate_limit_exceeded', 'rate_limit'],
    [429, 'insufficient_quota', 'quota'],
    [400, 'context_length_exceeded', 'context_too_long'],
    [400, 'content_policy_violation', 'content_filter'],
    [500, '', 'server_error'],
    [503, '', 'overloaded'],
    [504, '', 'first_byte_timeout'],
    [529, '', 'overloaded'],
    [307, '', 'bad_answer'],
    [204, '', 'bad_answer'],
  ])('takes status %i with code "%s" for %s', (status, code, errorClass) => {
    expect(classifyChatError(status, body(code))).toEqual({ errorClass, message: 'because' });
  });

  it.each(['', '<html>', 'null', '7', '{"error":null}', '{"error":{"message":7,"code":[]}}'])(
    'goes by the status alone where the body is %s',
    (text) => {
      expect(classifyChatError(500, text)).toEqual({ errorClass: 'server_error', message: '' });
    },
  );

  it('keeps a long sentence within bounds', () => {
    expect(classifyChatError(500, JSON.stringify({ error: 'x'.repeat(9_000) })).message).toHaveLength(500);
  });
});
