import type { LanguageModelV4FinishReason, LanguageModelV4Usage } from '@ai-sdk/provider';
import { modalityTokens } from '../../translation/modality-tokens.js';
import { providerExtras } from '../../translation/provider-extras.js';
import type { AnswerContext } from '../../translation/translation.js';
import { tokenOf } from './answer-sink.js';
import type { OutputItem } from './output-items.js';

/** What an answer repeats of its request, with what stands for a member that is absent. */
const ECHOED: Readonly<Record<string, unknown>> = {
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  metadata: {},
  parallel_tool_calls: true,
  previous_response_id: null,
  prompt_cache_key: null,
  reasoning: { effort: null, summary: null },
  safety_identifier: null,
  service_tier: 'auto',
  store: true,
  temperature: null,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_logprobs: 0,
  top_p: null,
  truncation: 'disabled',
  user: null,
};

/** A response as OpenAI's API has it. */
export interface ResponseObject {
  readonly id: string;
  readonly object: 'response';
  readonly created_at: number;
  readonly status: 'in_progress' | 'completed' | 'incomplete' | 'failed';
  readonly model: string;
  readonly output: readonly OutputItem[];
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly incomplete_details: { readonly reason: string } | null;
  readonly usage: ReturnType<typeof wireUsage>;
}

/** The response as it begins. */
export function beginningResponse(context: AnswerContext): ResponseObject {
  const request = context.request as Readonly<Record<string, unknown>>;
  const echoed = Object.entries(ECHOED).map(([name, absent]) => [name, request[name] ?? absent]);
  return {
    id: `resp_${tokenOf(context.requestId)}`,
    object: 'response',
    created_at: context.createdSeconds,
    status: 'in_progress',
    background: false,
    error: null,
    incomplete_details: null,
    model: context.model,
    output: [],
    ...(Object.fromEntries(echoed) as object),
    usage: null,
  } as ResponseObject;
}

/** The response as it ended. */
export function endedResponse(
  response: ResponseObject,
  output: readonly OutputItem[],
  { usage, finishReason }: { usage: LanguageModelV4Usage; finishReason: LanguageModelV4FinishReason },
): ResponseObject {
  return { ...response, ...endOf(finishReason), output, usage: wireUsage(usage) };
}

type End = Pick<ResponseObject, 'status' | 'error' | 'incomplete_details'>;

function endOf({ unified }: LanguageModelV4FinishReason): End {
  const completed = { status: 'completed', error: null, incomplete_details: null } as const;
  if (unified === 'length')
    return { ...completed, status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
  if (unified === 'content-filter')
    return { ...completed, status: 'incomplete', incomplete_details: { reason: 'content_filter' } };
  if (unified === 'error' || unified === 'interrupted')
    return {
      ...completed,
      status: 'failed',
      error: { code: 'server_error', message: 'The model ended with an error.' },
    };
  return completed;
}

/** Counts in OpenAI's form; null where the provider told none, so that nobody takes zeros for a count. */
function wireUsage({ inputTokens, outputTokens, raw }: LanguageModelV4Usage) {
  if (inputTokens.total === undefined || outputTokens.total === undefined) return null;
  const modalities = modalityTokens(raw);
  const { cacheWrite1hTokens } = providerExtras(raw);
  return {
    input_tokens: inputTokens.total,
    input_tokens_details: {
      cached_tokens: inputTokens.cacheRead ?? 0,
      cache_write_tokens: inputTokens.cacheWrite ?? 0,
      ...(cacheWrite1hTokens > 0 ? { cache_write_1h_tokens: cacheWrite1hTokens } : {}),
      ...modalities.prompt,
    },
    output_tokens: outputTokens.total,
    output_tokens_details: { reasoning_tokens: outputTokens.reasoning ?? 0, ...modalities.answer },
    total_tokens: inputTokens.total + outputTokens.total,
  };
}
