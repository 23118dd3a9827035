import type { FinishReason, SimulatedAnswer, SimulatedUsage } from '../chat/simulated-answer.js';

/** `usage` of the OpenAI wire format. */
export interface WireUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

/** The `chat.completion` object of the OpenAI Chat Completions API, as far as the sim provider fills it. */
export interface ChatCompletion<Usage = WireUsage> {
  readonly id: string;
  readonly object: 'chat.completion';
  readonly created: number;
  readonly model: string;
  readonly choices: {
    readonly index: number;
    readonly message: { readonly role: 'assistant'; readonly content: string; readonly refusal: null };
    readonly logprobs: null;
    readonly finish_reason: FinishReason;
  }[];
  readonly usage?: Usage;
  readonly system_fingerprint: string;
}

/** What every answer carries as `system_fingerprint`, so that nobody takes it for a real model's. */
export const SIM_FINGERPRINT = 'sim';

/** Encodes exact usage for the wire. */
export function encodeUsage(usage: SimulatedUsage): WireUsage {
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.promptTokens + usage.completionTokens,
  };
}

/**
 * Encodes a whole answer as the body object of a plain chat completion. `usage` is what the body claims, which a fault
 * model may make differ from the truth; undefined leaves the field out.
 */
export function encodeCompletion<Usage>(
  answer: SimulatedAnswer,
  createdSeconds: number,
  usage: Usage,
): ChatCompletion<Usage> {
  return {
    id: answer.id,
    object: 'chat.completion',
    created: createdSeconds,
    model: answer.model,
    choices: answer.choices.map((choice, index) => ({
      index,
      message: { role: 'assistant', content: choice.tokens.join(''), refusal: null },
      logprobs: null,
      finish_reason: choice.finishReason,
    })),
    usage,
    system_fingerprint: SIM_FINGERPRINT,
  };
}
