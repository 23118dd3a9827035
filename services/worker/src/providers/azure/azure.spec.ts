import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { chatCaller } from '../../provider-contract/chat-caller.fixture.js';
import { CHAT_ANSWERS, chatError } from '../../provider-contract/chat-wire.fixture.js';
import { ContractCall } from '../../provider-contract/contract-call.fixture.js';
import { messagesCaller } from '../../provider-contract/messages-caller.fixture.js';
import { ProviderServer } from '../../provider-contract/provider-server.fixture.js';
import type { FetchFile } from '#libs/dialects';
import type { Provider } from '../provider.js';
import { tokenAccess } from './access.js';
import { AzureEndpoint } from './endpoint.js';
import { EntraTokens, type TokenSource } from './entra-tokens.js';
import { classify } from './errors.js';
import { azureProvider } from './index.js';

const HOUR_MILLISECONDS = 3_600_000;

describe('an Azure provider with tokens of Entra', () => {
  let server: ProviderServer;
  let provider: Provider;
  let given = 0;

  beforeAll(async () => {
    server = await ProviderServer.start();
    const source: TokenSource = {
      getToken: async () => ({ token: `token-${++given}`, expiresOnTimestamp: Date.now() + HOUR_MILLISECONDS }),
    };
    const access = tokenAccess(new EntraTokens(() => source, 'scope'), 'client-secret');
    const endpoint = new AzureEndpoint({ baseUrl: server.origin });
    provider = azureProvider(endpoint, access, { fetchFile: jest.fn<FetchFile>() });
  });
  afterAll(async () => {
    await provider.close();
    await server.stop();
  });

  it('bears one token, natively and translated, until it is refused', async () => {
    const authorizations = [];
    for (const caller of [chatCaller, messagesCaller, chatCaller, messagesCaller]) {
      server.replyWith(
        authorizations.length === 1 ? chatError(401, '401', 'Token expired: token-1') : CHAT_ANSWERS.text.plain,
      );
      const call = new ContractCall(provider, { dialect: caller.dialect, body: caller.ask('gpt-test', {}) });
      const outcome = await call.run().catch((error: Error) => error.message);
      if (typeof outcome === 'string') expect(outcome).not.toContain('token-1');
      authorizations.push(server.requests[0]?.headers['authorization']);
    }

    expect(authorizations).toEqual(['token-1', 'token-1', 'token-2', 'token-2'].map((token) => `Bearer ${token}`));
    expect(server.requests[0]?.headers).not.toHaveProperty('api-key');
  });

  it('limits translated answers by the name that reasoning models know', async () => {
    server.replyWith(CHAT_ANSWERS.text.plain);
    const body = { ...messagesCaller.ask('gpt-test', {}), max_tokens: 77 };
    await new ContractCall(provider, { dialect: messagesCaller.dialect, body }).run();

    expect(server.requests[0]?.body).toMatchObject({ max_completion_tokens: 77 });
    expect(server.requests[0]?.body).not.toHaveProperty('max_tokens');
  });
});

describe('EntraTokens', () => {
  function tokensAt(expiries: (number | Error)[]): { tokens: EntraTokens; clock: { now: number }; created: jest.Mock } {
    const clock = { now: 0 };
    let count = 0;
    const getToken: TokenSource['getToken'] = async () => {
      const expiry = expiries[Math.min(count++, expiries.length - 1)];
      if (typeof expiry !== 'number') throw expiry;
      return { token: `token-${count}`, expiresOnTimestamp: expiry };
    };
    const created = jest.fn(() => ({ getToken }));
    return { tokens: new EntraTokens(created, 'scope', () => clock.now), clock, created };
  }

  it('asks once for calls that come together, and again shortly before the end', async () => {
    const { tokens, clock } = tokensAt([HOUR_MILLISECONDS, 2 * HOUR_MILLISECONDS]);

    expect(await Promise.all([tokens.current(), tokens.current()])).toEqual(['token-1', 'token-1']);
    clock.now = HOUR_MILLISECONDS - 60_000;
    expect(await tokens.current()).toBe('token-2');
  });

  it('goes on with a token that is still good when it cannot be renewed', async () => {
    const { tokens, clock } = tokensAt([HOUR_MILLISECONDS, new Error('network')]);
    await tokens.current();
    clock.now = HOUR_MILLISECONDS - 60_000;
    expect(await tokens.current()).toBe('token-1');

    clock.now = HOUR_MILLISECONDS;
    await expect(tokens.current()).rejects.toMatchObject({ errorClass: 'connection' });
  });

  it('asks a new source after a refusal, since a source keeps its tokens', async () => {
    const { tokens, created } = tokensAt([HOUR_MILLISECONDS]);
    await tokens.current();
    tokens.forget();

    expect(await tokens.current()).toBe('token-2');
    expect(created).toHaveBeenCalledTimes(2);
  });

  it('names the code of a refusal and nothing of the tenant', async () => {
    const { tokens } = tokensAt([new Error("invalid_client: AADSTS7000215: Invalid secret for app 'our-app'.")]);

    await expect(tokens.current()).rejects.toMatchObject({
      errorClass: 'authentication',
      status: 401,
      message: 'Microsoft Entra refused the client secret (AADSTS7000215)',
    });
  });
});

describe('AzureEndpoint', () => {
  it.each(['https://ours.example', 'https://ours.example/openai', 'https://ours.example/openai/v1/'])(
    'finds the undated API at %s',
    (baseUrl) => {
      const endpoint = new AzureEndpoint({ baseUrl });

      expect(endpoint.pathOf('openai-embeddings', 'e')).toBe('/openai/v1/embeddings');
      expect(endpoint.baseOf('e')).toBe('https://ours.example/openai/v1');
    },
  );

  it.each([
    [undefined, '/openai/v1/responses'],
    ['v1', '/openai/v1/responses'],
    ['2025-03-01-preview', '/openai/responses?api-version=2025-03-01-preview'],
    ['2025-04-01-preview', '/openai/responses?api-version=2025-04-01-preview'],
    ['2025-02-01-preview', undefined],
    ['2024-10-21', undefined],
  ])('has the Responses API in version %s at %s', (apiVersion, path) => {
    const endpoint = new AzureEndpoint({ baseUrl: 'https://ours.example', ...(apiVersion && { apiVersion }) });

    expect(endpoint.pathOf('openai-responses', 'd')).toBe(path);
  });

  it('speaks no dialect but those of OpenAI', () => {
    const endpoint = new AzureEndpoint({ baseUrl: 'https://ours.example' });

    expect(['anthropic-messages', 'rerank', 'toString'].map((dialect) => endpoint.pathOf(dialect, 'd'))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(endpoint.deploymentOf('toString')).toBe('toString');
  });
});

describe('classify', () => {
  it.each([
    [400, { error: { code: 'contentFilter', message: 'm' } }, 'content_filter'],
    [400, { error: { code: 'content_filter', message: 'm' } }, 'content_filter'],
    [
      400,
      { error: { code: null, message: 'm', innererror: { code: 'ResponsibleAIPolicyViolation' } } },
      'content_filter',
    ],
    [400, { error: { code: 'context_length_exceeded', message: 'm' } }, 'context_too_long'],
    [400, { error: { code: 'OperationNotSupported', message: 'm' } }, 'unsupported'],
    [401, { statusCode: 401, message: 'm' }, 'authentication'],
    [404, { error: { code: 'DeploymentNotFound', message: 'm' } }, 'not_found'],
    [429, { error: { code: '429', message: 'm' } }, 'rate_limit'],
    [400, { error: null, message: 'm' }, 'invalid_request'],
  ])('takes %i %j for %3$s', (status, body, errorClass) => {
    expect(classify(status, JSON.stringify(body))).toEqual({ errorClass, message: 'm' });
  });
});
