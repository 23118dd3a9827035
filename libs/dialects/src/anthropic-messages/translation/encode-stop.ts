import type { LanguageModelV4FinishReason, SharedV4ProviderMetadata } from '@ai-sdk/provider';

/** Why a message ended. Source: `StopReason` of `@anthropic-ai/sdk`. */
export interface AnswerStop {
  readonly stop_reason: string;
  readonly stop_sequence: string | null;
  readonly stop_details: { type: 'refusal'; category: null; explanation: null } | null;
}

const REASON_BY_UNIFIED: Readonly<Record<LanguageModelV4FinishReason['unified'], string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  'content-filter': 'refusal',
  'tool-calls': 'tool_use',
  error: 'end_turn',
  interrupted: 'end_turn',
  other: 'end_turn',
};

/** Anthropic's own reasons, which its models give wherever they are hosted. */
const OWN_REASONS: ReadonlySet<string> = new Set([
  'end_turn',
  'max_tokens',
  'stop_sequence',
  'tool_use',
  'pause_turn',
  'refusal',
  'model_context_window_exceeded',
]);

/** Some providers say `stop` although the model calls tools; a caller waits for `tool_use` before running them. */
export function encodeStop(
  { unified, raw }: LanguageModelV4FinishReason,
  { callsTools, metadata }: { readonly callsTools: boolean; readonly metadata: SharedV4ProviderMetadata | undefined },
): AnswerStop {
  const isOwn = raw !== undefined && OWN_REASONS.has(raw) && unified !== 'tool-calls';
  const told = isOwn ? raw : REASON_BY_UNIFIED[unified];
  const reason = callsTools && told === 'end_turn' ? 'tool_use' : told;
  const sequence = metadata?.anthropic?.stopSequence ?? metadata?.amazonBedrock?.stopSequence;
  return {
    stop_reason: reason,
    stop_sequence: typeof sequence === 'string' ? sequence : null,
    stop_details: reason === 'refusal' ? { type: 'refusal', category: null, explanation: null } : null,
  };
}
