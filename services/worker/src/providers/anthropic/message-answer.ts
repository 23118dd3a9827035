import type {
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4Usage,
} from '@ai-sdk/provider';
import { toldUsage } from '#libs/dialects';
import { ProviderFailure, withUsage } from '../provider-failure.js';

/** A block of a message, whole or as it begins in a stream. */
export interface WireBlock {
  readonly type?: string;
  readonly text?: string;
  readonly thinking?: string;
  readonly signature?: string;
  readonly data?: string;
  readonly id?: string;
  readonly name?: string;
  readonly input?: unknown;
}

/** The `usage` of a message, or the part of it that an event holds. */
export interface WireUsage {
  readonly input_tokens?: number | null;
  readonly output_tokens?: number | null;
  readonly cache_read_input_tokens?: number | null;
  readonly cache_creation_input_tokens?: number | null;
  readonly output_tokens_details?: { readonly thinking_tokens?: number | null } | null;
}

/** A message of the Messages API, as far as it is read here. */
export interface WireMessage {
  readonly id?: string;
  readonly model?: string;
  readonly content?: readonly WireBlock[];
  readonly stop_reason?: string | null;
  readonly usage?: WireUsage | null;
}

/** Why a message ended; reasons that come later than this code are `other`. */
const UNIFIED: Readonly<Record<string, LanguageModelV4FinishReason['unified']>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  pause_turn: 'stop',
  tool_use: 'tool-calls',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  refusal: 'content-filter',
};

/** Why a message ended, in the terms of the AI SDK. */
export function finishReasonOf(stopReason: string | null | undefined): LanguageModelV4FinishReason {
  return { unified: UNIFIED[stopReason ?? ''] ?? 'other', raw: stopReason ?? undefined };
}

/** The counts of a message in the terms of the AI SDK; what came from or went to a cache is counted beside the input. */
export function usageOf(usage: WireUsage | null | undefined): LanguageModelV4Usage {
  const noCache = usage?.input_tokens ?? undefined;
  const cacheRead = usage?.cache_read_input_tokens ?? 0;
  const cacheWrite = usage?.cache_creation_input_tokens ?? 0;
  const total = usage?.output_tokens ?? undefined;
  const reasoning = usage?.output_tokens_details?.thinking_tokens ?? undefined;
  const text = total === undefined || reasoning === undefined ? undefined : total - reasoning;
  return {
    inputTokens: {
      total: noCache === undefined ? undefined : noCache + cacheRead + cacheWrite,
      noCache,
      cacheRead: noCache === undefined ? undefined : cacheRead,
      cacheWrite: noCache === undefined ? undefined : cacheWrite,
    },
    outputTokens: { total, text, reasoning },
    raw: { ...usage },
  };
}

/** A plain answer in the terms of the AI SDK. @throws ProviderFailure for bytes that are no message. */
export function answerOfMessage(json: string): Omit<LanguageModelV4GenerateResult, 'warnings'> {
  const { id, model, content, stop_reason: stopReason, usage } = parsedMessage(json);
  return {
    content: content.map((block) => {
      const part = contentOf(block);
      if (!part) throw withUsage(unknownBlock(block.type), toldUsage(usageOf(usage)));
      return part;
    }),
    finishReason: finishReasonOf(stopReason),
    usage: usageOf(usage),
    response: { ...(id === undefined ? {} : { id }), ...(model === undefined ? {} : { modelId: model }) },
  };
}

function parsedMessage(json: string): WireMessage & Required<Pick<WireMessage, 'content'>> {
  try {
    const message = JSON.parse(json) as WireMessage | null;
    if (Array.isArray(message?.content)) return message as ReturnType<typeof parsedMessage>;
  } catch {
    // Said below, as of any other bytes that are no message.
  }
  throw new ProviderFailure('bad_answer', 'the answer is no message of the Messages API');
}

function contentOf(block: WireBlock): LanguageModelV4Content | undefined {
  const { type, text, thinking, signature, data, id, name, input } = block;
  if (type === 'text' && typeof text === 'string') return { type: 'text', text };
  if (type === 'thinking' && typeof thinking === 'string') {
    return { type: 'reasoning', text: thinking, providerMetadata: { anthropic: { signature: signature ?? '' } } };
  }
  if (type === 'redacted_thinking' && typeof data === 'string') {
    return { type: 'reasoning', text: '', providerMetadata: { anthropic: { redactedData: data } } };
  }
  if (type === 'tool_use' && typeof id === 'string' && typeof name === 'string') {
    return { type: 'tool-call', toolCallId: id, toolName: name, input: JSON.stringify(input ?? {}) };
  }
  return undefined;
}

/** A block that nothing in the request asked for, so that there is no telling what its loss would mean. */
export function unknownBlock(type: unknown): ProviderFailure {
  return new ProviderFailure(
    'bad_answer',
    `the answer holds a block that is not understood (${String(type).slice(0, 100)})`,
    { quotesProvider: true },
  );
}
