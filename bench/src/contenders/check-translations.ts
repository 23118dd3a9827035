import { isDeepStrictEqual } from 'node:util';
import { BenchError } from '../bench.error.js';
import { call, eventsOf } from './ask-contender.js';
import type { Contender } from './contender.js';

const CHUNKS = 200;

/** What a translation must keep of an answer. */
interface Translated {
  readonly text: string;
  readonly finishReason: string;
  readonly completionTokens: number;
  readonly streamedText: string;
  readonly streamedChunks: number;
}

interface Plain {
  readonly choices: readonly { readonly message: { readonly content: string }; readonly finish_reason: string }[];
  readonly usage: { readonly completion_tokens: number };
}

interface Chunk {
  readonly choices: readonly { readonly delta?: { readonly content?: string | null } }[];
}

/** Throws unless all contenders turn the upstream's answer into the same text, plain and in as many chunks as it came in. */
export async function checkTranslations(contenders: readonly Contender[], prompt: string): Promise<void> {
  const [first, ...others] = await Promise.all(contenders.map((contender) => ask(contender, prompt)));
  if (first?.streamedChunks !== CHUNKS || first.text !== first.streamedText)
    throw new BenchError(`A translated answer is not whole: ${brief(first)}`, 'Put that right before measuring.');
  for (const other of others) {
    if (isDeepStrictEqual(other, first)) continue;
    throw new BenchError(`${brief(other)}\nis not\n${brief(first)}`, 'Put that right before measuring.');
  }
}

async function ask(contender: Contender, prompt: string): Promise<Translated> {
  const plain: Plain = JSON.parse(await call(contender, prompt, false));
  const chunks: Chunk[] = eventsOf(await call(contender, prompt, true), contender);
  const pieces = chunks.map(({ choices }) => choices[0]?.delta?.content ?? '').filter((piece) => piece !== '');
  return {
    text: plain.choices[0]?.message.content ?? '',
    finishReason: plain.choices[0]?.finish_reason ?? '',
    completionTokens: plain.usage.completion_tokens,
    streamedText: pieces.join(''),
    streamedChunks: pieces.length,
  };
}

function brief(answer: Translated | undefined): string {
  return JSON.stringify(answer)?.slice(0, 600) ?? 'nothing';
}
