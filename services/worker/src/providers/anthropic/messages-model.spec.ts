import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '#libs/testing';
import { chatCaller } from '../../provider-contract/chat-caller.fixture.js';
import { ContractCall, type ContractResult } from '../../provider-contract/contract-call.fixture.js';
import { SCHEMA, TOOL } from '../../provider-contract/contract-caller.fixture.js';
import { ProviderServer } from '../../provider-contract/provider-server.fixture.js';
import type { Provider, ProviderCall } from '../provider.js';
import { anthropic } from './index.js';
import { answer, event, MODEL, text, type Block } from './messages-wire.fixture.js';

/** A model that knows no schemas: the package asks it for a call of a tool instead. */
const WITHOUT_SCHEMAS = 'claude-3-haiku-20240307';
const BETA = 'context-1m-2025-08-07';

const asJson: Block = {
  whole: { type: 'tool_use', id: 'toolu_1', name: 'json', input: { city: 'Paris' } },
  begun: { type: 'tool_use', id: 'toolu_1', name: 'json', input: {} },
  deltas: [{ type: 'input_json_delta', partial_json: '{"city":"Paris"}' }],
};

describe('MessagesModel', () => {
  let server: ProviderServer;
  let provider: Provider;

  beforeAll(async () => {
    server = await ProviderServer.start();
    const options = { baseUrl: server.origin, headers: { 'Anthropic-Beta': BETA } };
    const fetchFile = () => Promise.reject(new Error('nothing is to be fetched'));
    provider = anthropic.create(options, 'sk-1', { fetchFile });
  });
  afterAll(async () => {
    await provider.close();
    await server.stop();
  });

  const run = (body: object): Promise<ContractResult> =>
    new ContractCall(provider, { dialect: 'openai-chat', body }).run();

  it.each([true, false])(
    'leaves to the package what answers in more than text and calls (stream: %s)',
    async (stream) => {
      const { plain, stream: streamed } = answer([asJson], 'tool_use');
      server.replyWith(stream ? streamed : plain);
      const asked = chatCaller.ask(WITHOUT_SCHEMAS, { stream, withSchema: true });
      const { text: body } = await run(asked);
      const understood = stream ? chatCaller.understandStream(body) : chatCaller.understand(body);
      expect(understood).toMatchObject({ calls: [], text: '{"city":"Paris"}', end: 'stop' });
      expect(server.requests).toMatchObject([{ body: { tools: [{ name: 'json', input_schema: SCHEMA }] } }]);
    },
  );

  it('sends the betas of the configuration with those that a request needs', async () => {
    server.replyWith(answer([text(['Hello'])], 'end_turn').plain);
    await run(chatCaller.ask(MODEL, { withTool: true }));
    const [sent] = server.requests;
    expect(String(sent?.headers['anthropic-beta']).split(',').toSorted()).toEqual([
      BETA,
      'structured-outputs-2025-11-13',
    ]);
    expect(sent).toMatchObject({
      headers: { 'x-api-key': 'sk-1', 'anthropic-version': '2023-06-01', 'content-type': 'application/json' },
      body: { tools: [{ name: TOOL.name }] },
    });
  });

  it.each([
    ['no JSON', 'Hello'],
    ['no message', { type: 'completion' }],
    ['a block that nobody asked for', { content: [{ type: 'server_tool_use', id: 'srvtoolu_1' }] }],
  ])('takes no answer that is %s', async (_, body) => {
    server.replyWith({ body });
    await expect(run(chatCaller.ask(MODEL, {}))).rejects.toMatchObject({ errorClass: 'bad_answer' });
  });

  it('fails with the class of an error that a stream begins with', async () => {
    const error = { type: 'overloaded_error', message: 'Overloaded' };
    server.replyWith({ events: [event('error', { error })] });
    await expect(run(chatCaller.ask(MODEL, { stream: true }))).rejects.toMatchObject({
      errorClass: 'overloaded',
      message: 'Overloaded',
    });
  });

  it('fails with the class of an error within a stream that the package reads', async () => {
    const { stream } = answer([asJson], 'tool_use');
    const error = event('error', { error: { type: 'rate_limit_error', message: 'Slow down.' } });
    server.replyWith({ events: [...stream.events.slice(0, 3), error] });
    await expect(run(chatCaller.ask(WITHOUT_SCHEMAS, { stream: true, withSchema: true }))).rejects.toMatchObject({
      errorClass: 'rate_limit',
    });
  });

  it('lets go of a stream that policy refuses before anything of it is read', async () => {
    const { stream } = answer([text(['Hello'])], 'end_turn');
    server.replyWith({ ...stream, ending: 'open' });
    const rejecting = {
      ...provider,
      call: (call: ProviderCall) => provider.call({ ...call, target: { ...call.target, unsupported: 'reject' } }),
    };
    const body = { ...chatCaller.ask(MODEL, { stream: true }), seed: 7 };
    const refused = new ContractCall(rejecting, { dialect: 'openai-chat', body }).run();
    await expect(refused).rejects.toMatchObject({ errorClass: 'unsupported' });
    await eventually(() => expect(server.abandoned).toBe(1));
  });
});
