import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chatCaller } from '../../provider-contract/chat-caller.fixture.js';
import { ContractCall } from '../../provider-contract/contract-call.fixture.js';
import { GEMINI_ANSWERS, googleError } from '../../provider-contract/gemini-wire.fixture.js';
import { ProviderServer, type Reply } from '../../provider-contract/provider-server.fixture.js';
import type { Provider } from '../provider.js';
import { endpointOf } from './endpoint.js';
import { vertex } from './index.js';
import { TestServiceAccount } from './service-account.fixture.js';

const account = new TestServiceAccount();

describe('a provider of kind vertex with a service account', () => {
  let server: ProviderServer;
  let provider: Provider;

  beforeAll(async () => {
    server = await ProviderServer.start();
    const options = { baseUrl: `${server.origin}/v1beta1`, project: 'demo-project', location: 'global' };
    provider = vertex.create(options, account.keyFile(server.origin), {
      fetchFile: () => Promise.reject(new Error('nothing is to be fetched')),
    });
  });
  afterAll(async () => {
    await provider.close();
    await server.stop();
  });

  const serve = (answers: Reply[]) => {
    let count = 0;
    server.replyWith(({ path }) =>
      path === '/token'
        ? { body: { access_token: `token-${++count}`, expires_in: 3_600 } }
        : (answers.shift() ?? GEMINI_ANSWERS.text.plain),
    );
  };
  const call = () =>
    new ContractCall(provider, {
      dialect: chatCaller.dialect,
      body: chatCaller.ask('endpoints/1234', {}),
    }).run();
  const authorizations = () =>
    server.requests.filter(({ path }) => path !== '/token').map(({ headers }) => headers['authorization']);

  it('fetches a token, keeps it, and fetches another after a refusal', async () => {
    const refusal = googleError(401, 'UNAUTHENTICATED', 'Request had invalid credentials: token-1');
    serve([GEMINI_ANSWERS.text.plain, refusal]);
    await call();
    const failure: unknown = await call().catch((error: unknown) => error);
    expect(failure).toMatchObject({ errorClass: 'authentication' });
    expect(String(failure)).not.toContain('token-1');
    await call();
    expect(authorizations()).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-2']);
    expect(server.requests.every(({ headers }) => headers['x-goog-api-key'] === undefined)).toBe(true);
  });

  it('calls a tuned model at its endpoint', async () => {
    serve([]);
    await call();
    expect(server.requests.at(-1)?.path).toBe(
      '/v1beta1/projects/demo-project/locations/global/endpoints/1234:generateContent',
    );
  });
});

describe('the address of a location', () => {
  it.each([
    ['global', 'https://aiplatform.googleapis.com/v1beta1/projects/p/locations/global'],
    ['eu', 'https://aiplatform.eu.rep.googleapis.com/v1beta1/projects/p/locations/eu'],
    ['europe-west4', 'https://europe-west4-aiplatform.googleapis.com/v1beta1/projects/p/locations/europe-west4'],
  ])('of %s is its own', (location, address) => {
    expect(endpointOf({ project: 'p', location })).toBe(address);
  });
});
