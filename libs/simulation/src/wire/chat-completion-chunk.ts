import type { FinishReason, SimulatedAnswer } from '../chat/simulated-answer.js';
import { SIM_FINGERPRINT } from './chat-completion.js';

/** One choice of a stream chunk: the role first, then pieces of content, then the finish reason. */
export interface ChunkChoice {
  readonly index: number;
  readonly delta: { readonly role?: 'assistant'; readonly content?: string; readonly refusal?: null };
  readonly logprobs: null;
  readonly finish_reason: FinishReason | null;
}

/** The `chat.completion.chunk` object of the OpenAI Chat Completions API, as far as the sim provider fills it. */
export interface ChatCompletionChunk<Usage = null> {
  readonly id: string;
  readonly object: 'chat.completion.chunk';
  readonly created: number;
  readonly model: string;
  readonly system_fingerprint: string;
  readonly choices: ChunkChoice[];
  readonly usage?: Usage;
}

/** Encodes one chunk; `usage` is null in every chunk but the last when the caller asked for usage, else left out. */
export function encodeChunk<Usage>(
  answer: SimulatedAnswer,
  createdSeconds: number,
  content: { readonly choices: ChunkChoice[]; readonly usage?: Usage },
): ChatCompletionChunk<Usage> {
  return {
    id: answer.id,
    object: 'chat.completion.chunk',
    created: createdSeconds,
    model: answer.model,
    system_fingerprint: SIM_FINGERPRINT,
    ...content,
  };
}
