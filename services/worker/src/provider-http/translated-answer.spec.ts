import { describe, expect, it } from '@jest/globals';
import { APICallError, type LanguageModelV4 } from '@ai-sdk/provider';
import { DialectStreamError, PartlyFailed } from '#libs/dialects';
import { ContractCall } from '../provider-contract/contract-call.fixture.js';
import type { Provider, ProviderCall } from '../providers/provider.js';
import { ProviderFailure } from '../providers/provider-failure.js';
import { translatedAnswer } from './translated-answer.js';

const model = { provider: 'tested', supportedUrls: {} } as unknown as LanguageModelV4;
const notAsked = (): Promise<never> => Promise.reject(new Error('nobody is to be asked'));
const provider: Provider = {
  call: (call) => translatedAnswer({ languageModel: () => model }, call, notAsked),
  classify: () => ({ errorClass: 'server_error', message: 'not told' }),
  redact: (words) => words,
  close: notAsked,
};

describe('translatedAnswer', () => {
  it('refuses a message of which nothing can be carried before any call, by its own code and the place', async () => {
    const content = [{ type: 'image', source: { type: 'file', file_id: 'file_1' } }];
    const body = { model: 'm', max_tokens: 5, messages: [{ role: 'user', content }] };
    await expect(new ContractCall(provider, { dialect: 'anthropic-messages', body }).run()).rejects.toMatchObject({
      // Another target may take it.
      errorClass: 'unsupported',
      refusal: { code: 'unsupported_content', param: 'messages[0].content[0]' },
      message: expect.stringMatching(/; send the file as base64 or by its URL\.$/),
    });
  });

  it.each([
    [
      'refused',
      new APICallError({ message: 'no', url: '', requestBodyValues: {}, statusCode: 500, responseBody: 'no' }),
      { errorClass: 'server_error', status: 500 },
    ],
    ['unreachable', new ProviderFailure('connection', 'unreachable'), { errorClass: 'connection' }],
    ['unreadable', new DialectStreamError('bad_answer', 'too few'), { errorClass: 'bad_answer' }],
  ])('charges the calls that were made where another one is %s', async (_how, cause, failure) => {
    const usage = { promptTokens: 7, completionTokens: 0 };
    const embeddingModel = () => {
      throw new PartlyFailed(usage, cause);
    };
    const partly = { ...provider, call: (call: ProviderCall) => translatedAnswer({ embeddingModel }, call, notAsked) };
    const body = { model: 'm', input: ['a'] };
    const run = new ContractCall(partly, { dialect: 'openai-embeddings', body }).run();
    await expect(run).rejects.toMatchObject({ ...failure, usage });
  });
});
