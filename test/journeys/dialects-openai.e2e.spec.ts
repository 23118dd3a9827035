import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import OpenAI, { APIError, BadRequestError, RateLimitError } from 'openai';

import { MODELS, startDialectGround, type DialectGround, type ModelName } from './dialect-ground.js';
import { OUR_KEY } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { ASKED, PICTURE, SAID, THOUGHT, USED, VECTOR } from './model-mock.js';

type Messages = OpenAI.ChatCompletionMessageParam[];

const TOTAL = { prompt_tokens: USED.prompt, completion_tokens: USED.completion };
const PARAMETERS = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const TOOLS: OpenAI.ChatCompletionTool[] = [
  { type: 'function', function: { name: 'get_weather', description: 'The weather of a city', parameters: PARAMETERS } },
];
const SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string' }, degrees: { type: 'number' } },
  required: ['city', 'degrees'],
  additionalProperties: false,
};

let ground: DialectGround;
let client: OpenAI;
const journey = journeysOn(() => ground.stack);

beforeAll(async () => {
  ground = await startDialectGround();
  client = new OpenAI({ apiKey: OUR_KEY, baseURL: `${ground.stack.url}/v1`, maxRetries: 0 });
}, 180_000);
afterAll(() => ground?.close(), 90_000);

const user = (content: OpenAI.ChatCompletionUserMessageParam['content']): Messages => [{ role: 'user', content }];
const picture = (url: string): Messages =>
  user([
    { type: 'text', text: ASKED.picture },
    { type: 'image_url', image_url: { url } },
  ]);
const argumentsOf = (call: OpenAI.ChatCompletionMessageToolCall): unknown =>
  call.type === 'function' ? JSON.parse(call.function.arguments) : undefined;

/** Puts a streamed answer together again. */
async function streamed(model: ModelName, messages: Messages) {
  const stream = client.chat.completions.stream({
    model,
    messages,
    tools: TOOLS,
    stream_options: { include_usage: true },
  });
  let pieces = 0;
  stream.on('content', () => (pieces += 1));
  const completion = await stream.finalChatCompletion();
  return { completion, pieces };
}

for (const model of MODELS) {
  describe(`OpenAI's client ${model}`, () => {
    journey('gets a plain answer with usage', async () => {
      const answer = await client.chat.completions.create({
        model,
        messages: [{ role: 'system', content: 'Be polite.' }, ...user(ASKED.hello)],
        max_completion_tokens: 100,
      });
      expect(answer.choices).toHaveLength(1);
      expect(answer.choices[0]).toMatchObject({
        finish_reason: 'stop',
        message: { role: 'assistant', content: SAID.hello },
      });
      expect(answer.usage).toMatchObject(TOTAL);
    });

    journey('gets a stream in pieces that is the plain answer', async () => {
      const { completion, pieces } = await streamed(model, user(ASKED.hello));
      expect(pieces).toBeGreaterThan(3);
      expect(completion.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: SAID.hello } });
      expect(completion.usage).toMatchObject(TOTAL);
    });

    journey('calls tools, one or two at a time, and goes on with their results', async () => {
      const asked = user(ASKED.both);
      const first = await client.chat.completions.create({ model, messages: asked, tools: TOOLS });
      const calls = first.choices[0]?.message.tool_calls ?? [];
      expect(first.choices[0]?.finish_reason).toBe('tool_calls');
      expect(calls.map(argumentsOf)).toEqual([{ city: 'Ulm' }, { city: 'Bern' }]);
      const results = calls.map(({ id }) => ({ role: 'tool' as const, tool_call_id: id, content: '{"degrees":21}' }));
      const messages = [...asked, ...first.choices.map(({ message }) => message), ...results];
      const last = await client.chat.completions.create({ model, messages, tools: TOOLS });
      expect(last.choices[0]?.message.content).toBe(SAID.both);
    });

    journey('gets tool calls by stream', async () => {
      const { completion } = await streamed(model, user(ASKED.both));
      const calls = completion.choices[0]?.message.tool_calls ?? [];
      expect(completion.choices[0]?.finish_reason).toBe('tool_calls');
      expect(calls.map(argumentsOf)).toEqual([{ city: 'Ulm' }, { city: 'Bern' }]);
      expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
    });

    journey('gets an answer after a JSON schema', async () => {
      const answer = await client.chat.completions.parse({
        model,
        messages: user(ASKED.structured),
        response_format: { type: 'json_schema', json_schema: { name: 'weather', strict: true, schema: SCHEMA } },
      });
      expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toEqual(JSON.parse(SAID.structured));
      expect(ground.mock.received.at(-1)?.body.toString('utf8')).toContain('degrees');
    });

    journey('shows a picture that it sends along', async () => {
      const base64 = PICTURE.toString('base64');
      const messages = picture(`data:image/png;base64,${base64}`);
      const answer = await client.chat.completions.create({ model, messages });
      expect(answer.choices[0]?.message.content).toBe(SAID.picture);
      expect(ground.mock.received.at(-1)?.body.toString('utf8')).toContain(base64);
    });

    journey('learns that a stream was cut, and takes no part of an answer for the whole', async () => {
      const stream = client.chat.completions.stream({ model, messages: user(ASKED.cut) });
      let text = '';
      stream.on('content', (piece) => (text += piece));
      await expect(stream.done()).rejects.toBeInstanceOf(APIError);
      expect(SAID.hello.startsWith(text)).toBe(true);
      expect(text).not.toBe('');
    });

    journey('learns of a rate limit as OpenAI tells it', async () => {
      const asking = client.chat.completions.create({ model, messages: user(ASKED.limit) });
      const error: unknown = await asking.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(RateLimitError);
    });
  });
}

describe("OpenAI's client that asks for reasoning", () => {
  for (const model of ['on-anthropic', 'on-openai', 'on-google'] as const) {
    journey(`gets it and sends it back with the result of a tool ${model}`, async () => {
      const asked = { model, tools: TOOLS, reasoning_effort: 'medium' as const, messages: user(ASKED.thought) };
      const first = await client.chat.completions.create(asked);
      const message = first.choices[0]?.message;
      expect(message).toMatchObject({ reasoning_content: THOUGHT.text });
      const results = (message?.tool_calls ?? []).map(({ id }) => ({
        role: 'tool' as const,
        tool_call_id: id,
        content: '21',
      }));
      const messages = [...asked.messages, ...(message ? [message] : []), ...results];
      const last = await client.chat.completions.create({ ...asked, messages });
      expect(last.choices[0]?.message.content).toBe(SAID.thought);
    });
  }

  journey("has Claude's own seal on it carried there and back", async () => {
    const asked = { tools: TOOLS, reasoning_effort: 'medium' as const, messages: user(ASKED.thought) };
    const { choices } = await client.chat.completions.create({ ...asked, model: 'on-anthropic' });
    expect(JSON.stringify(choices)).toContain(THOUGHT.signature);
    const result = { role: 'tool' as const, tool_call_id: 'call_ulm', content: '21' };
    const messages = [...asked.messages, ...choices.map(({ message }) => message), result];
    await client.chat.completions.create({ ...asked, model: 'on-anthropic', messages });
    expect(ground.mock.received.at(-1)?.body.toString('utf8')).toContain(THOUGHT.signature);
  });
});

describe("OpenAI's client with the URL of a picture", () => {
  journey('shows it to a model that cannot fetch by itself', async () => {
    const messages = picture(ground.mock.pictureUrl);
    const answer = await client.chat.completions.create({ model: 'on-bedrock', messages });
    expect(answer.choices[0]?.message.content).toBe(SAID.picture);
    expect(ground.mock.received.at(-1)?.body.toString('utf8')).toContain(PICTURE.toString('base64'));
  });

  for (const [what, url, code] of [
    ['inside', 'http://10.0.0.1/red.png', 'invalid_image_url'],
    ['of the cloud machine itself', 'http://169.254.169.254/latest/meta-data/', 'invalid_image_url'],
    ['at nobody', 'http://127.0.0.1:1/red.png', 'unreachable_file'],
  ] as const) {
    journey(`is told when the address is one ${what}`, async () => {
      const asking = client.chat.completions.create({ model: 'on-bedrock', messages: picture(url) });
      const error: unknown = await asking.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(BadRequestError);
      expect(error).toMatchObject({ code, message: expect.stringMatching(/Send the image as base64\.$/) });
    });

    journey(`is told by Responses when the address is one ${what}`, async () => {
      const content = [{ type: 'input_image' as const, detail: 'auto' as const, image_url: url }];
      const asking = client.responses.create({ model: 'on-bedrock', input: [{ role: 'user', content }] });
      const error: unknown = await asking.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(BadRequestError);
      expect(error).toMatchObject({ code, message: expect.stringMatching(/Send the image as base64\.$/) });
    });
  }
});

describe("OpenAI's client", () => {
  for (const model of ['embed-openai', 'embed-google']) {
    journey(`gets embeddings from ${model}`, async () => {
      const answer = await client.embeddings.create({ model, input: 'A vector, please.', encoding_format: 'float' });
      expect(answer.data).toEqual([{ object: 'embedding', index: 0, embedding: VECTOR }]);
    });
  }

  for (const model of MODELS) {
    journey(`uses Responses ${model}, plain and as a stream`, async () => {
      const plain = await client.responses.create({ model, input: ASKED.hello, instructions: 'Be polite.' });
      expect(plain.output_text).toBe(SAID.hello);
      expect(plain.usage).toMatchObject({ input_tokens: USED.prompt, output_tokens: USED.completion });
      const stream = client.responses.stream({ model, input: ASKED.hello });
      let text = '';
      stream.on('response.output_text.delta', ({ delta }) => (text += delta));
      const streamedAnswer = await stream.finalResponse();
      expect(text).toBe(SAID.hello);
      expect(streamedAnswer).toMatchObject({ status: 'completed', output_text: SAID.hello });
    });

    journey(`calls a tool by Responses ${model}`, async () => {
      const tools: OpenAI.Responses.Tool[] = [
        { type: 'function', name: 'get_weather', parameters: PARAMETERS, strict: false },
      ];
      const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content: ASKED.weather }];
      const first = await client.responses.create({ model, input, tools });
      const [called] = first.output.filter((item) => item.type === 'function_call');
      expect(JSON.parse(called?.arguments ?? '')).toEqual({ city: 'Ulm' });
      const result = { type: 'function_call_output', call_id: called?.call_id ?? '', output: '21' } as const;
      const last = await client.responses.create({
        model,
        input: [...input, ...(called ? [called] : []), result],
        tools,
      });
      expect(last.output_text).toBe(SAID.weather);
    });
  }
});
