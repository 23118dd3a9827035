import Anthropic, { APIError, BadRequestError, RateLimitError } from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';

import { MODELS, startDialectGround, type DialectGround } from './dialect-ground.js';
import { OUR_KEY } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { ASKED, COUNTED_TOKENS, PICTURE, SAID, THOUGHT, USED } from './model-mock.js';

const USAGE = { input_tokens: USED.prompt, output_tokens: USED.completion };
const TOOLS: Anthropic.Tool[] = [
  {
    name: 'get_weather',
    description: 'The weather of a city',
    input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
];

let ground: DialectGround;
let client: Anthropic;
const journey = journeysOn(() => ground.stack);

beforeAll(async () => {
  ground = await startDialectGround();
  client = new Anthropic({ apiKey: OUR_KEY, baseURL: ground.stack.url, maxRetries: 0 });
}, 180_000);
afterAll(() => ground?.close(), 90_000);

const ask = (model: string, content: Anthropic.MessageParam['content']) => ({
  model,
  max_tokens: 200,
  system: 'Be polite.',
  messages: [{ role: 'user' as const, content }],
});
const textOf = ({ content }: Anthropic.Message): string =>
  content.map((block) => (block.type === 'text' ? block.text : '')).join('');
const callsOf = ({ content }: Anthropic.Message): Anthropic.ToolUseBlock[] =>
  content.filter((block) => block.type === 'tool_use');

for (const model of MODELS) {
  describe(`Anthropic's client ${model}`, () => {
    journey('gets a plain message with usage', async () => {
      const message = await client.messages.create(ask(model, ASKED.hello));
      expect(message).toMatchObject({ type: 'message', role: 'assistant', stop_reason: 'end_turn', usage: USAGE });
      expect(textOf(message)).toBe(SAID.hello);
    });

    journey('gets a stream in pieces that is the plain message', async () => {
      const stream = client.messages.stream(ask(model, ASKED.hello));
      let pieces = 0;
      stream.on('text', () => (pieces += 1));
      const message = await stream.finalMessage();
      expect(pieces).toBeGreaterThan(3);
      expect(textOf(message)).toBe(SAID.hello);
      expect(message).toMatchObject({ stop_reason: 'end_turn', usage: { output_tokens: USED.completion } });
    });

    for (const isStream of [false, true]) {
      journey(`calls two tools${isStream ? ' by stream' : ''} and goes on with their results`, async () => {
        const asked = { ...ask(model, ASKED.both), tools: TOOLS };
        const first = isStream
          ? await client.messages.stream(asked).finalMessage()
          : await client.messages.create(asked);
        expect(first.stop_reason).toBe('tool_use');
        expect(callsOf(first).map(({ input }) => input)).toEqual([{ city: 'Ulm' }, { city: 'Bern' }]);
        const results = callsOf(first).map(({ id }) => ({
          type: 'tool_result' as const,
          tool_use_id: id,
          content: '{"degrees":21}',
        }));
        const last = await client.messages.create({
          ...asked,
          messages: [
            ...asked.messages,
            { role: 'assistant', content: first.content },
            { role: 'user', content: results },
          ],
        });
        expect(textOf(last)).toBe(SAID.both);
      });
    }

    journey('shows a picture that it sends along', async () => {
      const data = PICTURE.toString('base64');
      const message = await client.messages.create(
        ask(model, [
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data } },
          { type: 'text', text: ASKED.picture },
        ]),
      );
      expect(textOf(message)).toBe(SAID.picture);
      expect(ground.mock.received.at(-1)?.body.toString('utf8')).toContain(data);
    });

    journey('learns that a stream was cut, and takes no part of an answer for the whole', async () => {
      const stream = client.messages.stream(ask(model, ASKED.cut));
      let text = '';
      stream.on('text', (piece) => (text += piece));
      await expect(stream.done()).rejects.toBeInstanceOf(APIError);
      expect(SAID.hello.startsWith(text)).toBe(true);
      expect(text).not.toBe('');
    });

    journey('learns of a rate limit as Anthropic tells it', async () => {
      const error: unknown = await client.messages.create(ask(model, ASKED.limit)).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(RateLimitError);
      expect((error as RateLimitError).error).toMatchObject({ type: 'error', error: { type: 'rate_limit_error' } });
    });
  });
}

for (const isStream of [false, true]) {
  describe(`Anthropic's client that lets a model think${isStream ? ' by stream' : ''}`, () => {
    for (const model of ['on-anthropic', 'on-openai'] as const) {
      journey(`gets its thoughts and sends them back with the result of its tool ${model}`, async () => {
        const asked = {
          ...ask(model, ASKED.thought),
          max_tokens: 2_048,
          thinking: { type: 'enabled' as const, budget_tokens: 1_024 },
          tools: TOOLS,
        };
        const first = isStream
          ? await client.messages.stream(asked).finalMessage()
          : await client.messages.create(asked);
        expect(first.content[0]).toMatchObject({ type: 'thinking', thinking: THOUGHT.text });
        if (model === 'on-anthropic') expect(first.content[0]).toMatchObject({ signature: THOUGHT.signature });
        const [called] = callsOf(first);
        const result = { type: 'tool_result' as const, tool_use_id: called?.id ?? '', content: '21' };
        const last = await client.messages.create({
          ...asked,
          messages: [
            ...asked.messages,
            { role: 'assistant', content: first.content },
            { role: 'user', content: [result] },
          ],
        });
        expect(textOf(last)).toBe(SAID.thought);
      });
    }
  });
}

describe("Anthropic's client with the URL of a picture", () => {
  const shown = (url: string) =>
    ask('on-bedrock', [
      { type: 'text', text: ASKED.picture },
      { type: 'image', source: { type: 'url', url } },
    ]);

  journey('shows it to a model that cannot fetch by itself', async () => {
    expect(textOf(await client.messages.create(shown(ground.mock.pictureUrl)))).toBe(SAID.picture);
    expect(ground.mock.received.at(-1)?.body.toString('utf8')).toContain(PICTURE.toString('base64'));
  });

  for (const [what, url] of [
    ['inside', 'http://10.0.0.1/red.png'],
    ['of the cloud machine itself', 'http://169.254.169.254/latest/meta-data/'],
    ['at nobody', 'http://127.0.0.1:1/red.png'],
  ] as const) {
    journey(`is told as Anthropic tells it when the address is one ${what}`, async () => {
      const error: unknown = await client.messages.create(shown(url)).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(BadRequestError);
      expect(error).toMatchObject({
        error: {
          type: 'error',
          error: { type: 'invalid_request_error', message: expect.stringMatching(/Send the image as base64\.$/) },
        },
      });
    });
  }
});

describe("Anthropic's client", () => {
  journey('has tokens counted by the provider', async () => {
    const { max_tokens: _unused, ...counted } = ask('on-anthropic', ASKED.hello);
    expect(await client.messages.countTokens(counted)).toMatchObject({ input_tokens: COUNTED_TOKENS });
  });

  journey('lists the models and reads one', async () => {
    const page = await client.models.list();
    expect(page.data.map(({ id }) => id)).toEqual(expect.arrayContaining([...MODELS]));
    expect(page.data[0]).toMatchObject({ type: 'model', display_name: expect.any(String) });
    expect(await client.models.retrieve('on-openai')).toMatchObject({ type: 'model', id: 'on-openai' });
  });
});
