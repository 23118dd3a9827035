import { isDeepStrictEqual } from 'node:util';
import { BenchError } from '../bench.error.js';
import { call, eventsOf } from './ask-contender.js';
import type { Contender } from './contender.js';

interface Chunk {
  readonly choices: readonly { readonly delta: { readonly content?: string } }[];
}

/** What a caller gets, without what differs between two calls of the same upstream (id, time, the caller's model name). */
interface Answer {
  readonly choices: unknown;
  readonly usage: unknown;
  readonly streamed: readonly string[];
}

/**
 * Sends the same prompt through every contender, plain and as a stream, and throws unless all give what the upstream gave:
 * a fast wrong answer is worth nothing.
 */
export async function checkAnswers(contenders: readonly Contender[], prompt: string): Promise<void> {
  const [first, ...others] = await Promise.all(contenders.map((contender) => ask(contender, prompt)));
  if (first === undefined || first.streamed.length < 2)
    throw new BenchError('The upstream does not stream.', 'Look into libs/simulation.');
  for (const [index, answer] of others.entries()) {
    if (isDeepStrictEqual(answer, first)) continue;
    throw new BenchError(
      `${contenders[index + 1]?.name} does not give the answer of the upstream:\n${brief(answer)}\ninstead of\n${brief(first)}`,
      'Put that right before measuring.',
    );
  }
}

async function ask(contender: Contender, prompt: string): Promise<Answer> {
  const plain: { choices: unknown; usage: unknown } = JSON.parse(await call(contender, prompt, false));
  const chunks: Chunk[] = eventsOf(await call(contender, prompt, true), contender);
  const streamed = chunks.map(({ choices }) => choices[0]?.delta.content ?? '').filter((content) => content !== '');
  return { choices: plain.choices, usage: plain.usage, streamed };
}

function brief(answer: Answer): string {
  return JSON.stringify(answer).slice(0, 600);
}
