import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { embed, generateText, isStepCount, Output, streamText, tool, type LanguageModel } from 'ai';
import { z } from 'zod';

import { MODELS, startDialectGround, type DialectGround } from './dialect-ground.js';
import { OUR_KEY } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { ASKED, PICTURE, SAID, USED, VECTOR } from './model-mock.js';

const WEATHER = z.object({ city: z.string(), degrees: z.number() });
const CITY = z.object({ city: z.string() });

let ground: DialectGround;
const journey = journeysOn(() => ground.stack);

beforeAll(async () => {
  ground = await startDialectGround();
}, 180_000);
afterAll(() => ground?.close(), 90_000);

const address = () => ({ baseURL: `${ground.stack.url}/v1`, apiKey: OUR_KEY });

/** The AI SDK's packages, each with the dialect it speaks. */
const PACKAGES: Readonly<Record<string, (model: string) => LanguageModel>> = {
  '@ai-sdk/openai by Responses': (model) => createOpenAI(address()).responses(model),
  '@ai-sdk/openai by Chat Completions': (model) => createOpenAI(address()).chat(model),
  '@ai-sdk/anthropic': (model) => createAnthropic(address())(model),
  '@ai-sdk/openai-compatible': (model) =>
    createOpenAICompatible({
      ...address(),
      name: 'switchyard',
      includeUsage: true,
      supportsStructuredOutputs: true,
    })(model),
};

for (const [name, modelOf] of Object.entries(PACKAGES)) {
  for (const model of MODELS) {
    describe(`${name} ${model}`, () => {
      const settings = () => ({ model: modelOf(model), maxRetries: 0, maxOutputTokens: 200 });

      journey('gets a plain answer with usage', async () => {
        const answer = await generateText({ ...settings(), instructions: 'Be polite.', prompt: ASKED.hello });
        expect(answer).toMatchObject({ text: SAID.hello, finishReason: 'stop' });
        expect(answer.usage).toMatchObject({ inputTokens: USED.prompt, outputTokens: USED.completion });
      });

      journey('gets a stream that is the plain answer', async () => {
        const stream = streamText({ ...settings(), prompt: ASKED.hello });
        const pieces: string[] = [];
        for await (const piece of stream.textStream) pieces.push(piece);
        expect(pieces.join('')).toBe(SAID.hello);
        expect(pieces.length).toBeGreaterThan(3);
        expect(await stream.finishReason).toBe('stop');
        expect(await stream.usage).toMatchObject({ inputTokens: USED.prompt, outputTokens: USED.completion });
      });

      for (const isStream of [false, true]) {
        journey(`calls tools${isStream ? ' by stream' : ''} and goes on with their results`, async () => {
          const asked: string[] = [];
          const getWeather = tool({
            description: 'The weather of a city',
            inputSchema: CITY,
            execute: async ({ city }) => {
              asked.push(city);
              return { degrees: 21 };
            },
          });
          const call = {
            ...settings(),
            tools: { get_weather: getWeather },
            stopWhen: isStepCount(3),
            prompt: ASKED.both,
          };
          const text = isStream ? await streamText(call).text : (await generateText(call)).text;
          expect(text).toBe(SAID.both);
          expect(asked.toSorted()).toEqual(['Bern', 'Ulm']);
        });
      }

      journey('gets an object after a schema', async () => {
        const output = Output.object({ schema: WEATHER });
        const answer = await generateText({ ...settings(), output, prompt: ASKED.structured });
        expect(answer.output).toEqual(JSON.parse(SAID.structured));
      });

      journey('shows a picture', async () => {
        const file = { type: 'file' as const, mediaType: 'image/png', data: PICTURE };
        const answer = await generateText({
          ...settings(),
          messages: [{ role: 'user', content: [{ type: 'text', text: ASKED.picture }, file] }],
        });
        expect(answer.text).toBe(SAID.picture);
        expect(ground.mock.received.at(-1)?.body.toString('utf8')).toContain(PICTURE.toString('base64'));
      });
    });
  }
}

describe('the AI SDK', () => {
  journey('gets an embedding', async () => {
    const model = createOpenAI(address()).embedding('embed-openai');
    const { embedding } = await embed({ model, value: 'A vector, please.', maxRetries: 0 });
    expect(embedding).toEqual(VECTOR);
  });
});

for (const model of MODELS) {
  describe(`LangChain ${model}`, () => {
    const chat = (): ChatOpenAI =>
      new ChatOpenAI({
        model,
        apiKey: OUR_KEY,
        maxRetries: 0,
        configuration: { baseURL: `${ground.stack.url}/v1` },
      });

    journey('gets a plain answer with usage', async () => {
      const answer = await chat().invoke(ASKED.hello);
      expect(answer.text).toBe(SAID.hello);
      expect(answer.usage_metadata).toMatchObject({ input_tokens: USED.prompt, output_tokens: USED.completion });
    });

    journey('gets a stream that is the plain answer', async () => {
      const pieces: string[] = [];
      for await (const piece of await chat().stream(ASKED.hello)) pieces.push(piece.text);
      expect(pieces.join('')).toBe(SAID.hello);
      expect(pieces.filter((piece) => piece !== '').length).toBeGreaterThan(3);
    });

    journey('calls a tool', async () => {
      const tools = [{ type: 'function', function: { name: 'get_weather', parameters: z.toJSONSchema(CITY) } }];
      const answer = await chat().bindTools(tools).invoke(ASKED.weather);
      expect(answer.tool_calls?.map(({ name, args }) => ({ name, args }))).toEqual([
        { name: 'get_weather', args: { city: 'Ulm' } },
      ]);
    });

    journey('gets an object after a schema', async () => {
      const structured = chat().withStructuredOutput(WEATHER, { method: 'jsonSchema' });
      expect(await structured.invoke(ASKED.structured)).toEqual(JSON.parse(SAID.structured));
    });
  });
}

describe('LangChain', () => {
  journey('gets embeddings', async () => {
    const embeddings = new OpenAIEmbeddings({
      model: 'embed-openai',
      apiKey: OUR_KEY,
      maxRetries: 0,
      configuration: { baseURL: `${ground.stack.url}/v1` },
    });
    expect(await embeddings.embedDocuments(['A vector, please.'])).toEqual([VECTOR]);
  });
});
