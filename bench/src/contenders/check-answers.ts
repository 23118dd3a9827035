import { isDeepStrictEqual } from 'node:util';
import { BenchError } from '../bench.error.js';
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
  const events = (await call(contender, prompt, true))
    .split('\n\n')
    .map((event) => event.replace(/^data: ?/, '').trim());
  if (events.findLast((event) => event !== '') !== '[DONE]')
    throw new BenchError(`${contender.name} ends a stream without [DONE].`, 'Put that right before measuring.');
  const chunks: Chunk[] = events.filter((event) => event.startsWith('{')).map((event) => JSON.parse(event));
  const streamed = chunks.map(({ choices }) => choices[0]?.delta.content ?? '').filter((content) => content !== '');
  return { choices: plain.choices, usage: plain.usage, streamed };
}

async function call(contender: Contender, prompt: string, isStream: boolean): Promise<string> {
  const { url, headers, model } = contender.addressOf('fast');
  const body = JSON.stringify({ model, stream: isStream, messages: [{ role: 'user', content: prompt }] });
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  if (response.status === 200) return text;
  throw new BenchError(`${contender.name} answers ${response.status}: ${text.slice(0, 500)}`, 'See its logs.');
}

function brief(answer: Answer): string {
  return JSON.stringify(answer).slice(0, 600);
}
