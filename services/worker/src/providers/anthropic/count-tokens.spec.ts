import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ContractCall } from '../../provider-contract/contract-call.fixture.js';
import { ProviderServer } from '../../provider-contract/provider-server.fixture.js';
import { translatedAnswer } from '../../provider-http/translated-answer.js';
import type { Provider, ProviderCall } from '../provider.js';
import { anthropic } from './index.js';

const body = { model: 'claude-sonnet-4-5', messages: [{ role: 'user', content: 'Hello' }] };
const fetchFile = () => Promise.reject(new Error('nothing is to be fetched'));

describe('counting of tokens', () => {
  let server: ProviderServer;
  let provider: Provider;

  beforeAll(async () => {
    server = await ProviderServer.start();
    provider = anthropic.create({ baseUrl: server.origin }, 'sk-1', { fetchFile });
  });
  afterAll(async () => {
    await provider.close();
    await server.stop();
  });

  it('is left to Anthropic where it is the provider, and costs nothing', async () => {
    server.replyWith({ body: { input_tokens: 8 } });
    const result = await new ContractCall(provider, { dialect: 'anthropic-count-tokens', body }).run();
    expect(result).toMatchObject({ text: '{"input_tokens":8}', usage: { promptTokens: 0, completionTokens: 0 } });
    expect(server.requests).toMatchObject([
      { path: '/v1/messages/count_tokens', body, headers: { 'x-api-key': 'sk-1', 'anthropic-version': '2023-06-01' } },
    ]);
  });

  it('is estimated here where another is the provider, without a call of a model', async () => {
    const other = { ...provider, call: (call: ProviderCall) => translatedAnswer({}, call, fetchFile) };
    const result = await new ContractCall(other, { dialect: 'anthropic-count-tokens', body }).run();
    expect(JSON.parse(result.text)).toEqual({ input_tokens: 9 });
    expect(result).toMatchObject({ usage: { promptTokens: 0, completionTokens: 0 }, usageBasis: 'provider' });
  });
});
