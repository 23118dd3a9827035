import OpenAI, { APIError } from 'openai';

import { OUR_KEY } from './journey-configuration.js';
import type { StackForTests } from './stack-for-tests.js';

/** An answer as the official client of OpenAI sees it, with the very text that came. */
export interface SeenAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** `x-request-id`. */
  readonly id: string;
  readonly text: string;
  readonly finishReason: string | undefined;
  readonly raw: string;
  /** What the client threw. */
  readonly error: { readonly code: string | null | undefined; readonly message: string } | undefined;
  readonly milliseconds: number;
}

/** What is asked. */
export interface Question {
  readonly model: string;
  readonly stream: boolean;
  readonly messages?: OpenAI.ChatCompletionMessageParam[];
}

const MESSAGES: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Which track is free?' }];

/** Asks once, by the official client without retries of its own, and reads the answer to its end. */
export async function ask(stack: StackForTests, { model, stream, messages = MESSAGES }: Question): Promise<SeenAnswer> {
  const startedAt = performance.now();
  const wire = { raw: '', status: 0, headers: new Headers() };
  const client = new OpenAI({ apiKey: OUR_KEY, baseURL: `${stack.url}/v1`, maxRetries: 0, fetch: fetchInto(wire) });
  const read = { text: '', finishReason: undefined as string | undefined };
  let error: SeenAnswer['error'];
  try {
    if (stream) await readStream(await client.chat.completions.create({ model, messages, stream: true }), read);
    else readPlain(await client.chat.completions.create({ model, messages }), read);
  } catch (thrown) {
    if (!(thrown instanceof APIError)) throw thrown;
    error = { code: thrown.code, message: thrown.message };
  }
  const { status, headers, raw } = wire;
  const id = headers.get('x-request-id') ?? '';
  return { status, headers, id, raw, ...read, error, milliseconds: performance.now() - startedAt };
}

interface Read {
  text: string;
  finishReason: string | undefined;
}

async function readStream(stream: AsyncIterable<OpenAI.ChatCompletionChunk>, read: Read): Promise<void> {
  for await (const { choices } of stream) {
    read.text += choices[0]?.delta.content ?? '';
    read.finishReason = choices[0]?.finish_reason ?? read.finishReason;
  }
}

function readPlain({ choices }: OpenAI.ChatCompletion, read: Read): void {
  read.text = choices[0]?.message.content ?? '';
  read.finishReason = choices[0]?.finish_reason;
}

/** Lets the client see what comes, and keeps the text of it. */
function fetchInto(wire: { raw: string; status: number; headers: Headers }): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    const { status, headers, body } = response;
    Object.assign(wire, { status, headers });
    const decoder = new TextDecoder();
    const keep = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        wire.raw += decoder.decode(chunk, { stream: true });
        controller.enqueue(chunk);
      },
    });
    return new Response(body?.pipeThrough(keep) ?? null, { status, headers });
  };
}
