import type { JSONValue } from '@ai-sdk/provider';

/** A block of an answer, as it stands in a message. Source: `ContentBlock` of `@anthropic-ai/sdk`. */
export type AnswerBlock =
  | { type: 'text'; text: string; citations: readonly JSONValue[] | null }
  | { type: 'thinking'; thinking: string; signature: string }
  | { type: 'redacted_thinking'; data: string }
  | { type: 'tool_use'; id: string; name: string; input: unknown; caller: { type: 'direct' } };

/** What a message says beside its content. */
export interface MessageHead {
  readonly id: string;
  readonly model: string;
}

/** A message before its first block. */
export function emptyMessage({ id, model }: MessageHead): Record<string, unknown> {
  return {
    id,
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    container: null,
    diagnostics: null,
  };
}

/** Counts of tokens as a message tells them. Source: `Usage` of `@anthropic-ai/sdk`. */
export interface AnswerUsage {
  readonly input_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_creation?: { ephemeral_5m_input_tokens: number; ephemeral_1h_input_tokens: number };
  readonly cache_read_input_tokens: number;
  readonly output_tokens: number;
  readonly output_tokens_details: { thinking_tokens: number } | null;
  readonly server_tool_use: { web_search_requests: number } | null;
  readonly is_estimate?: true;
}
