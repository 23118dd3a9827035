import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ContractCall } from '../../provider-contract/contract-call.fixture.js';
import { ProviderServer } from '../../provider-contract/provider-server.fixture.js';
import type { Provider } from '../provider.js';
import { vertex } from './index.js';

const MODEL = 'claude-sonnet-4-5@20250929';
const address = '/v1beta1/projects/p/locations/global/publishers/anthropic/models';
const messages = [{ role: 'user', content: 'Hello' }];
const answer = {
  body: { id: 'msg_1', type: 'message', role: 'assistant', content: [], stop_reason: 'end_turn', usage: {} },
};

describe("Anthropic's dialect at Vertex AI", () => {
  let server: ProviderServer;
  let provider: Provider;

  beforeAll(async () => {
    server = await ProviderServer.start();
    const options = { baseUrl: `${server.origin}/v1beta1`, project: 'p', location: 'global' };
    provider = vertex.create(options, 'token', {
      fetchFile: () => Promise.reject(new Error('nothing is to be fetched')),
    });
  });
  afterAll(async () => {
    await provider.close();
    await server.stop();
  });

  it('passes through, with fields that nobody here knows, but for the model and the version', async () => {
    server.replyWith(answer);
    const body = { model: MODEL, max_tokens: 5, messages, new_field: { kept: [1] }, anthropic_version: '2023-06-01' };
    await new ContractCall(provider, { dialect: 'anthropic-messages', body }).run();
    expect(server.requests).toMatchObject([
      { path: `${address}/${MODEL}:rawPredict`, headers: { authorization: 'Bearer token' } },
    ]);
    expect(server.requests[0]?.body).toEqual({
      anthropic_version: 'vertex-2023-10-16',
      max_tokens: 5,
      messages,
      new_field: { kept: [1] },
    });
  });

  it('has its tokens counted at the one address for all models', async () => {
    server.replyWith({ body: { input_tokens: 8 } });
    const body = { model: MODEL, messages };
    const result = await new ContractCall(provider, { dialect: 'anthropic-count-tokens', body }).run();
    expect(result.text).toBe('{"input_tokens":8}');
    expect(server.requests).toMatchObject([{ path: `${address}/count-tokens:rawPredict`, body }]);
  });
});
