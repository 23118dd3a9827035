import { setTimeout } from 'node:timers/promises';

import { begin } from '../../journeys/http-call.js';
import { OUR_KEY } from '../../journeys/journey-configuration.js';

const REST_AFTER_REFUSAL_MILLISECONDS = 100;

/** How a stream can end: whole, by an error event, by a typed refusal before it began, or torn, which is never right. */
export type StreamEnd = 'whole' | 'error event' | 'refused' | 'torn';

/** How many streams ended in which way, and how long the longest took. */
export interface StreamSums {
  readonly ends: Readonly<Record<StreamEnd, number>>;
  readonly slowestMilliseconds: number;
}

/** One stream of chat completions, read to its end. `whenBegun` is called with its first piece. */
export async function readStream(url: string, content: string, whenBegun = (): void => undefined): Promise<StreamEnd> {
  const body = { model: 'answering', stream: true, messages: [{ role: 'user', content }] };
  let seen = '';
  try {
    const answer = await begin(`${url}/v1/chat/completions`, { key: OUR_KEY, body });
    for await (const piece of answer) {
      if (seen === '') whenBegun();
      seen += String(piece);
    }
    if (answer.statusCode !== 200) return seen.includes('"code"') ? 'refused' : 'torn';
  } catch {
    return 'torn';
  }
  if (seen.trimEnd().endsWith('data: [DONE]')) return 'whole';
  return (seen.trimEnd().split('\n\n').at(-1) ?? '').startsWith('data: {"error"') ? 'error event' : 'torn';
}

/** So many callers who each read one stream after the other, at wherever `urlNow` sends them. */
export class StreamLoad {
  readonly #ends: Record<StreamEnd, number> = { whole: 0, 'error event': 0, refused: 0, torn: 0 };
  #slowestMilliseconds = 0;
  #isStopping = false;
  readonly #readers: Promise<void>[];

  constructor(urlNow: () => string, callers: number) {
    this.#readers = Array.from({ length: callers }, (_, index) => this.#read(urlNow, index));
  }

  /** Waits for the streams under way. */
  async stop(): Promise<StreamSums> {
    this.#isStopping = true;
    await Promise.all(this.#readers);
    return { ends: this.#ends, slowestMilliseconds: this.#slowestMilliseconds };
  }

  async #read(urlNow: () => string, index: number): Promise<void> {
    for (let turn = 0; !this.#isStopping; turn += 1) {
      const startedAt = Date.now();
      const end = await readStream(urlNow(), `Stream ${index}, turn ${turn}`);
      this.#ends[end] += 1;
      this.#slowestMilliseconds = Math.max(this.#slowestMilliseconds, Date.now() - startedAt);
      if (end === 'refused' || end === 'torn') await setTimeout(REST_AFTER_REFUSAL_MILLISECONDS);
    }
  }
}
