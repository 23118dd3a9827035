import { LLMock } from '@copilotkit/aimock';

import { startRecordingFront, type FrontAnswer, type ReceivedCall } from './recording-front.js';

/** What the mock knows an answer to, and what it says to it. */
export const ASKED = {
  hello: 'Say hello.',
  weather: 'What is the weather in Ulm?',
  both: 'Compare the weather of Ulm and Bern.',
  structured: 'Give me the weather of Ulm as JSON.',
  picture: 'What is in the picture?',
  thought: 'Think before you look at the weather.',
  cut: 'Begin and do not end.',
  limit: 'Run into the limit.',
} as const;
export const SAID = {
  hello: 'Hello from behind the switchyard: größer, 漢字, 👩‍🚀.',
  weather: 'It is 21 degrees in Ulm.',
  both: 'Bern is colder than Ulm.',
  structured: '{"city":"Ulm","degrees":21}',
  picture: 'A red dot.',
  thought: 'After some thought: 21 degrees.',
} as const;
/** What the mock claims to have used, whichever format it speaks. */
export const USED = { prompt: 11, completion: 7 } as const;
/** What it thinks before it calls the tool, and the seal that must come back with it. */
export const THOUGHT = { text: 'First I look outside.', signature: 'c2VhbGVkIHRob3VnaHQ=' } as const;
export const VECTOR = [0.25, -0.5, 0.125];
export const COUNTED_TOKENS = 17;

/** One red pixel. */
export const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
/** What it reads aloud, whatever the text. */
export const SOUND = Buffer.from('ID3 a sound of the mock');
const PICTURE_PATH = '/red.png';

/**
 * A provider that nobody here wrote: aimock, which speaks the formats of OpenAI, Anthropic, Gemini, Bedrock and Azure, behind a
 * front that keeps what it was sent.
 */
export interface ModelMock {
  readonly url: string;
  /** Where an image lies that models are shown by its URL. */
  readonly pictureUrl: string;
  readonly received: readonly ReceivedCall[];
  close(): Promise<void>;
}

/**
 * Starts a mock that answers all that is in `ASKED`. It is strict: what it has no answer to fails, and so does a request that goes on
 * after a tool call without the thoughts before it where thinking is on.
 */
export async function startModelMock(): Promise<ModelMock> {
  const mock = withAnswers(new LLMock({ port: 0, chunkSize: 5, strict: true }));
  await mock.start();
  const front = await startRecordingFront(mock.url, ({ path }) => OWN_PAGES[path.split('?', 1)[0] ?? '']);
  return {
    url: front.url,
    pictureUrl: `${front.url}${PICTURE_PATH}`,
    received: front.received,
    close: async () => {
      await front.close();
      await mock.stop();
    },
  };
}

/** What the mock itself lacks. */
const OWN_PAGES: Readonly<Record<string, FrontAnswer>> = {
  [PICTURE_PATH]: (_call, response) => void response.writeHead(200, { 'content-type': 'image/png' }).end(PICTURE),
  '/v1/messages/count_tokens': (_call, response) =>
    void response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ input_tokens: COUNTED_TOKENS })),
};

function withAnswers(mock: LLMock): LLMock {
  const { prompt, completion } = USED;
  const usage = {
    prompt_tokens: prompt,
    completion_tokens: completion,
    input_tokens: prompt,
    output_tokens: completion,
    promptTokenCount: prompt,
    candidatesTokenCount: completion,
  };
  const weatherOf = (city: string) => ({
    name: 'get_weather',
    arguments: JSON.stringify({ city }),
    id: `call_${city.toLowerCase()}`,
  });
  mock.onMessage(ASKED.hello, { content: SAID.hello, usage });
  mock.onMessage(ASKED.structured, { content: SAID.structured, usage });
  mock.onMessage(ASKED.picture, { content: SAID.picture, usage });
  mock.onMessage(ASKED.cut, { content: SAID.hello, usage }, { truncateAfterChunks: 6, latency: 20 });
  mock.onMessage(ASKED.limit, {
    error: { message: 'Slow down.', type: 'rate_limit_error' },
    status: 429,
    retryAfter: 1,
  });
  mock.on({ userMessage: ASKED.weather, hasToolResult: true }, { content: SAID.weather, usage });
  mock.on({ userMessage: ASKED.weather }, { toolCalls: [weatherOf('Ulm')], usage });
  mock.on({ userMessage: ASKED.both, hasToolResult: true }, { content: SAID.both, usage });
  mock.on({ userMessage: ASKED.both }, { toolCalls: [weatherOf('Ulm'), weatherOf('Bern')], usage });
  const thinking = { reasoning: THOUGHT.text, reasoningSignature: THOUGHT.signature, usage };
  mock.on({ userMessage: ASKED.thought, hasToolResult: true }, { content: SAID.thought, usage });
  mock.on({ userMessage: ASKED.thought }, { toolCalls: [weatherOf('Ulm')], ...thinking });
  mock.onEmbedding(/./, { embedding: VECTOR });
  mock.onImage(/./, { image: { b64Json: PICTURE.toString('base64') } });
  mock.onSpeech(/./, { audio: SOUND.toString('base64'), format: 'mp3' });
  mock.onTranscription({ transcription: { text: SAID.hello } });
  mock.onModerate(/./, { flagged: true, categories: { violence: true }, category_scores: { violence: 0.9 } });
  mock.onRerank(/./, [
    { index: 1, relevance_score: 0.9 },
    { index: 0, relevance_score: 0.2 },
  ]);
  return mock;
}
