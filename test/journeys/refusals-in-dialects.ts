import Anthropic, { APIError as AnthropicError } from '@anthropic-ai/sdk';
import { eventually } from '#libs/testing';
import OpenAI, { APIError as OpenAIError, toFile } from 'openai';

import { submitChats } from './batch-lines.js';
import { call } from './http-call.js';

/** A price with an amount for everything that is charged, so that no operation is free. */
export const PRICED_IN_ALL = {
  inputPerMillion: '0.40',
  outputPerMillion: '1.60',
  perImage: '0.04',
  perMinuteOfAudio: '0.006',
  perMillionCharacters: '15',
  perThousandSearches: '2',
} as const;

/** What came of one kind of call: its status, and how the official client, or whoever has none, sees the error. */
export interface SeenRefusal {
  readonly status: number | undefined;
  readonly code: string | undefined;
  /** The class of the client's error. */
  readonly seenAs: string;
  readonly type: string | undefined;
}

interface Waiting {
  readonly reason: string;
}

type Door = { readonly url: string; readonly key: string; readonly model: string };

const messages = [{ role: 'user' as const, content: 'Count to 80.' }];
/** A WAVE file of silence. */
export const twoSecondsOfSound = (): Buffer => {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + 16_000, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8_000, 24);
  header.writeUInt32LE(8_000, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36);
  header.writeUInt32LE(16_000, 40);
  return Buffer.concat([header, Buffer.alloc(16_000)]);
};

/** Every way to ask a model, by the official client of its dialect. */
export const WAYS_TO_ASK: readonly (readonly [what: string, ask: (door: Door) => Promise<unknown>])[] = [
  ['chat', (door) => openai(door).chat.completions.create({ model: door.model, messages, max_tokens: 80 })],
  [
    'a streamed chat',
    (door) => openai(door).chat.completions.create({ model: door.model, messages, max_tokens: 80, stream: true }),
  ],
  ['completions', (door) => openai(door).completions.create({ model: door.model, prompt: 'Count.', max_tokens: 80 })],
  ['responses', (door) => openai(door).responses.create({ model: door.model, input: 'Count.', max_output_tokens: 80 })],
  ['embeddings', (door) => openai(door).embeddings.create({ model: door.model, input: 'Count. '.repeat(80) })],
  ['images', (door) => openai(door).images.generate({ model: door.model, prompt: 'a switchyard' })],
  ['speech', (door) => openai(door).audio.speech.create({ model: door.model, voice: 'alloy', input: 'a word' })],
  [
    'transcriptions',
    async (door) =>
      openai(door).audio.transcriptions.create({ model: door.model, file: await toFile(twoSecondsOfSound(), 'a.wav') }),
  ],
  ['messages', (door) => anthropic(door).messages.create({ model: door.model, messages, max_tokens: 80 })],
  [
    'streamed messages',
    (door) => anthropic(door).messages.create({ model: door.model, messages, max_tokens: 80, stream: true }),
  ],
];

/** What every way to ask meets, by its name. */
export async function refusalsOf(door: Door): Promise<Record<string, SeenRefusal>> {
  const seen = await Promise.all(
    WAYS_TO_ASK.map(async ([what, ask]) => {
      const refusal = await ask(door).then(
        () => ({ status: 200, code: undefined, seenAs: 'answer', type: undefined }),
        (error: unknown) => seenIn(error),
      );
      return [what, refusal] as const;
    }),
  );
  return Object.fromEntries(seen);
}

/** What counts tokens only, costs nothing and is never refused for money. */
export async function countTokens(door: Door): Promise<number> {
  return (await anthropic(door).messages.countTokens({ model: door.model, messages })).input_tokens;
}

/** A rerank in Cohere's form. */
export async function rerank({ url, key, model }: Door) {
  const answer = await call(`${url}/v2/rerank`, { key, body: { model, query: 'a', documents: ['b', 'c'] } });
  return { status: answer.status, text: answer.text };
}

/** What a batch of one line, and a job, of this caller wait for: they are not refused. */
export async function waitingsOf(door: Door): Promise<unknown[]> {
  const client = openai(door);
  const body = { model: door.model, messages, max_tokens: 80 };
  const batch = await submitChats(client, [body]);
  const { url, key } = door;
  const made = await call(`${url}/v1/chat/completions`, { key, body, headers: { prefer: 'respond-async' } });
  const { id: job } = JSON.parse(made.text) as { id: string };
  return eventually(async () => {
    const queued = (await client.batches.retrieve(batch)) as unknown as { queue?: { held_by: Waiting | null } };
    const waiting = JSON.parse((await call(`${url}/v1/jobs/${job}`, { key })).text) as { held_by: Waiting | null };
    const reasons = [queued.queue?.held_by?.reason, waiting.held_by?.reason];
    if (reasons.includes(undefined)) throw new Error(`not held back yet: ${JSON.stringify(reasons)}`);
    return reasons;
  });
}

function openai({ url, key }: Door): OpenAI {
  return new OpenAI({ apiKey: key, baseURL: `${url}/v1`, maxRetries: 0 });
}

function anthropic({ url, key }: Door): Anthropic {
  return new Anthropic({ apiKey: key, baseURL: url, maxRetries: 0 });
}

function seenIn(error: unknown): SeenRefusal {
  if (error instanceof OpenAIError)
    return { status: error.status, code: error.code ?? undefined, seenAs: error.constructor.name, type: error.type };
  if (error instanceof AnthropicError) {
    const body = error.error as { error?: { type?: string } } | undefined;
    return { status: error.status, code: undefined, seenAs: error.constructor.name, type: body?.error?.type };
  }
  throw error;
}
