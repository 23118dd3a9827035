import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import OpenAI, { BadRequestError, NotFoundError } from 'openai';

import { journeyConfiguration, modelFields, OUR_KEY, THEIR_KEY } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { ASKED, SAID, startModelMock, THOUGHT, USED, type ModelMock } from './model-mock.js';
import { StackForTests } from './stack-for-tests.js';

/** A provider that speaks the Responses API by itself, one that is translated to, and one of another format. */
const MODELS = ['native', 'translated', 'claude'] as const;

const TOOLS: OpenAI.Responses.Tool[] = [
  {
    type: 'function',
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
    strict: false,
  },
];

let mock: ModelMock;
let stack: StackForTests;
let client: OpenAI;
let stranger: OpenAI;
const journey = journeysOn(() => stack);

beforeAll(async () => {
  mock = await startModelMock();
  const apiKey = 'sk-upstream-responses';
  const configuration = journeyConfiguration(
    {
      native: { kind: 'openai', baseUrl: `${mock.url}/v1`, apiKey, responses: true },
      translated: { kind: 'openai', baseUrl: `${mock.url}/v1`, apiKey },
      claude: { kind: 'anthropic', baseUrl: mock.url, apiKey },
    },
    MODELS.map((name) => modelFields(name, [{ provider: name, model: `${name}-1` }])),
  );
  stack = await StackForTests.start(configuration);
  const options = { baseURL: `${stack.url}/v1`, maxRetries: 0 };
  client = new OpenAI({ ...options, apiKey: OUR_KEY });
  stranger = new OpenAI({ ...options, apiKey: THEIR_KEY });
}, 180_000);
afterAll(async () => {
  await stack?.stop();
  await mock?.close();
}, 90_000);

const lastBody = (): string => mock.received.at(-1)?.body.toString('utf8') ?? '';
const rejection = (call: Promise<unknown>): Promise<unknown> =>
  call.then(() => expect(undefined).toBe('rejected')).catch((error: unknown) => error);

for (const model of MODELS) {
  describe(`a response of the model '${model}'`, () => {
    journey('is kept, read, listed and deleted, by its own project only', async () => {
      const created = await client.responses.create({ model, input: ASKED.hello });
      expect(created).toMatchObject({ status: 'completed', output_text: SAID.hello, store: true });
      expect(created.usage).toMatchObject({ input_tokens: USED.prompt, output_tokens: USED.completion });
      const { output_text: _text, ...wire } = await client.responses.retrieve(created.id);
      expect(created).toMatchObject(wire);
      const items = await client.responses.inputItems.list(created.id);
      expect(items.data).toMatchObject([{ role: 'user', content: [{ type: 'input_text', text: ASKED.hello }] }]);

      for (const attempt of [
        stranger.responses.retrieve(created.id),
        stranger.responses.delete(created.id),
        client.responses.retrieve('resp_of_nobody'),
      ])
        expect(await rejection(attempt)).toBeInstanceOf(NotFoundError);

      await client.responses.delete(created.id);
      expect(await rejection(client.responses.retrieve(created.id))).toBeInstanceOf(NotFoundError);
    });

    journey('is continued by its id, plain and streamed', async () => {
      const first = await client.responses.create({ model, input: ASKED.weather, tools: TOOLS });
      const [call] = first.output.filter((item) => item.type === 'function_call');
      const input: OpenAI.Responses.ResponseInput = [
        { type: 'function_call_output', call_id: call?.call_id ?? '', output: '21 degrees' },
      ];
      const request = { model, previous_response_id: first.id, input, tools: TOOLS };
      const plain = await client.responses.create(request);
      expect(plain).toMatchObject({ output_text: SAID.weather, previous_response_id: first.id });
      expect(lastBody()).toContain(ASKED.weather);
      const streamed = await client.responses.stream(request).finalResponse();
      expect(streamed).toMatchObject({ output_text: SAID.weather, previous_response_id: first.id });
      const kept = await client.responses.retrieve(streamed.id);
      expect(kept).toMatchObject({ output_text: SAID.weather, previous_response_id: first.id });
      const items = await client.responses.inputItems.list(streamed.id, { order: 'asc' });
      expect(items.data.map(({ type }) => type)).toEqual(['message', 'function_call', 'function_call_output']);
    });

    journey('is continued by references to its items', async () => {
      const first = await client.responses.create({ model, input: ASKED.weather, tools: TOOLS });
      const [call] = first.output.filter((item) => item.type === 'function_call');
      const last = await client.responses.create({
        model,
        tools: TOOLS,
        input: [
          { role: 'user', content: ASKED.weather },
          { type: 'item_reference', id: call?.id ?? '' },
          { type: 'function_call_output', call_id: call?.call_id ?? '', output: '21 degrees' },
        ],
      });
      expect(last.output_text).toBe(SAID.weather);
    });

    journey('is not kept where that is not wanted', async () => {
      const { id } = await client.responses.create({ model, input: ASKED.hello, store: false });
      expect(await rejection(client.responses.retrieve(id))).toBeInstanceOf(NotFoundError);
    });

    journey(
      "is not continued by others, who learn that it does not exist, or from one's own past that is gone",
      async () => {
        const { id } = await client.responses.create({ model, input: ASKED.hello });
        const error = await rejection(
          stranger.responses.create({ model, previous_response_id: id, input: ASKED.hello }),
        );
        expect(error).toBeInstanceOf(BadRequestError);
        expect(error).toMatchObject({ code: 'previous_response_not_found', param: 'previous_response_id' });
      },
    );

    journey('larger than a message is kept as well', async () => {
      const input = [
        { role: 'user', content: 'x'.repeat(1_500_000) } as const,
        { role: 'user', content: ASKED.hello } as const,
      ];
      const { id } = await client.responses.create({ model, input });
      const next = await client.responses.create({ model, previous_response_id: id, input: ASKED.hello });
      expect(next.output_text).toBe(SAID.hello);
      expect(lastBody().length).toBeGreaterThan(1_500_000);
    });
  });
}

describe('a request for a response', () => {
  journey('goes to OpenAI without being kept there', async () => {
    await client.responses.create({ model: 'native', input: ASKED.hello });
    expect(mock.received.at(-1)?.path).toBe('/v1/responses');
    expect(JSON.parse(lastBody())).toMatchObject({ store: false, model: 'native-1' });
  });

  journey('carries signed thoughts to the next call', async () => {
    const request = { model: 'claude', tools: TOOLS, reasoning: { effort: 'high' } } as const;
    const first = await client.responses.create({ ...request, input: ASKED.thought });
    const [call] = first.output.filter((item) => item.type === 'function_call');
    const next = await client.responses.create({
      ...request,
      previous_response_id: first.id,
      input: [{ type: 'function_call_output', call_id: call?.call_id ?? '', output: '21 degrees' }],
    });
    expect(next.output_text).toBe(SAID.thought);
    expect(lastBody()).toContain(THOUGHT.signature);
  });
});
