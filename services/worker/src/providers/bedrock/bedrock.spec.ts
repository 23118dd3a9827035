import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ContractCall } from '../../provider-contract/contract-call.fixture.js';
import { ProviderServer } from '../../provider-contract/provider-server.fixture.js';
import type { Provider } from '../provider.js';
import { readCredential, secretsOf } from './aws-credential.js';
import { expectedSignature, signatureIn } from './aws-signature.fixture.js';
import { answer, event, exception, streamOf, textBlock } from './converse-wire.fixture.js';
import { classify } from './errors.js';
import { bedrock } from './index.js';
import { modelIdOf } from './model-id.js';

const secretAccessKey = 'secret/access+key';
const signedKey = `AKIAEXAMPLEEXAMPLE00:${secretAccessKey}:session-token`;
const body = { model: 'meta.llama3-3-70b-instruct-v1:0', messages: [{ role: 'user', content: 'Grüße' }] };
const hello = answer([textBlock('Hello')], 'end_turn');
const fetchFile = jest.fn<(url: URL) => Promise<never>>();

let server: ProviderServer;
let provider: Provider;
const opened: Provider[] = [];

function open(credential: string): Provider {
  const made = bedrock.create({ region: 'eu-central-1', baseUrl: server.origin }, credential, { fetchFile });
  opened.push(made);
  return made;
}

beforeAll(async () => {
  server = await ProviderServer.start();
  provider = open(signedKey);
});
afterEach(() => {
  delete process.env['AWS_BEARER_TOKEN_BEDROCK'];
});
afterAll(async () => {
  await Promise.all(opened.map((each) => each.close()));
  await server.stop();
});

describe('kind bedrock', () => {
  it('signs each call so that AWS would accept it', async () => {
    server.replyWith(hello.plain);
    await new ContractCall(provider, { dialect: 'openai-chat', body }).run();
    const [request] = server.requests;

    expect(request?.headers).toMatchObject({ 'x-amz-security-token': 'session-token' });
    expect(request?.headers['authorization']).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIAEXAMPLEEXAMPLE00\/\d{8}\/eu-central-1\/bedrock\/aws4_request, /,
    );
    expect(signatureIn(request)).toBe(expectedSignature(request, secretAccessKey));
  });

  it('sends an API key as bearer token', async () => {
    server.replyWith(hello.plain);
    await new ContractCall(open('bedrock-api-key-abc='), { dialect: 'openai-chat', body }).run();

    expect(server.requests[0]?.headers['authorization']).toBe('Bearer bedrock-api-key-abc=');
  });

  it('takes no key from the environment of the process', async () => {
    process.env['AWS_BEARER_TOKEN_BEDROCK'] = 'of-somebody-else';
    server.replyWith(hello.plain);
    await new ContractCall(open(signedKey), { dialect: 'openai-chat', body }).run();

    expect(server.requests[0]?.headers['authorization']).toMatch(/^AWS4-/);
  });

  it.each([
    ['throttlingException', 'Too many tokens, please wait', 'rate_limit'],
    ['serviceUnavailableException', 'Unavailable', 'overloaded'],
    ['modelStreamErrorException', 'The model failed', 'server_error'],
    ['internalServerException', 'Failed', 'server_error'],
    ['validationException', 'Input is too long for requested model.', 'context_too_long'],
  ])('tells the exception %s within a stream for what it is', async (name, message, errorClass) => {
    const begun = [
      event('messageStart', { role: 'assistant' }),
      event('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'It' } }),
    ];
    server.replyWith(streamOf([...begun, exception(name, message)]));
    const run = new ContractCall(provider, { dialect: 'openai-chat', body: { ...body, stream: true } }).run();

    await expect(run).rejects.toMatchObject({ errorClass, message: expect.stringContaining(message) });
  });

  it('does not let Bedrock fetch a file of ours from S3 for a caller', async () => {
    fetchFile.mockRejectedValueOnce(new Error('not from there'));
    const image = { type: 'image_url', image_url: { url: 's3://bucket/private.png' } };
    const messages = [{ role: 'user', content: [image] }];
    server.replyWith(hello.plain);

    await expect(
      new ContractCall(provider, { dialect: 'openai-chat', body: { ...body, messages } }).run(),
    ).rejects.toThrow();
    expect(server.requests).toEqual([]);
  });

  it('estimates the tokens of embeddings that come without a count', async () => {
    server.replyWith({ body: { embeddings: [[0.5]] } });
    const request = { model: 'cohere.embed-multilingual-v3', input: ['Paris'] };
    const result = await new ContractCall(provider, { dialect: 'openai-embeddings', body: request }).run();

    expect(result).toMatchObject({ usage: { promptTokens: expect.any(Number) } });
    expect(Number.isFinite(result.usage.promptTokens)).toBe(true);
  });
});

describe('modelIdOf', () => {
  it.each([
    ['anthropic.claude-x', undefined, 'anthropic.claude-x'],
    ['anthropic.claude-x', 'eu', 'eu.anthropic.claude-x'],
    ['us.anthropic.claude-x', 'eu', 'us.anthropic.claude-x'],
    ['global.anthropic.claude-x', 'eu', 'global.anthropic.claude-x'],
    ['arn:aws:bedrock:eu-central-1:1:inference-profile/x', 'eu', 'arn:aws:bedrock:eu-central-1:1:inference-profile/x'],
  ])('calls %s with the prefix %s as %s', (model, prefix, id) => {
    expect(modelIdOf(model, prefix)).toBe(id);
  });
});

describe('readCredential', () => {
  it('keeps every part of a key from others', () => {
    expect(secretsOf(readCredential(signedKey))).toEqual(['AKIAEXAMPLEEXAMPLE00', secretAccessKey, 'session-token']);
    expect(secretsOf(readCredential('ABSKQmVkcm9jaw=='))).toEqual(['ABSKQmVkcm9jaw==']);
  });

  it('takes a key without a session token', () => {
    expect(readCredential('AKIAEXAMPLEEXAMPLE00:s')).toEqual({
      apiKey: '',
      accessKeyId: 'AKIAEXAMPLEEXAMPLE00',
      secretAccessKey: 's',
    });
  });
});

describe('classify', () => {
  it.each([
    [403, 'ExpiredTokenException', 'The security token included in the request is expired', 'authentication'],
    [403, '', 'The bearer token is not valid', 'authentication'],
    [403, '', 'User is not authorized to perform: bedrock:InvokeModel', 'permission'],
    [400, 'ValidationException', 'The provided model identifier is invalid.', 'not_found'],
    [400, 'ValidationException', 'prompt is too long: 200001 tokens > 200000 maximum', 'context_too_long'],
    [400, 'com.amazon.coral#ThrottlingException', 'Rate exceeded', 'rate_limit'],
    [408, 'ModelTimeoutException', 'The model timed out', 'first_byte_timeout'],
    [424, 'ModelErrorException', 'The model failed', 'server_error'],
    [429, 'ModelNotReadyException', 'The model is being loaded', 'overloaded'],
    [502, '', '', 'server_error'],
  ])('takes %i %s (%s) for %s', (status, name, message, errorClass) => {
    expect(classify(status, JSON.stringify({ __type: name, message }))).toEqual({ errorClass, message });
  });

  it('reads a body that is no JSON', () => {
    expect(classify(503, '<html>')).toEqual({ errorClass: 'overloaded', message: '' });
  });
});
