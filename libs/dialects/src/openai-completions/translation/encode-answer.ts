import type { LanguageModelV4GenerateResult } from '@ai-sdk/provider';
import { encodeUsage } from '../../openai-chat/translation/encode-usage.js';
import { finishReasonOf } from '../../openai-chat/translation/finish-reason.js';
import type { AnswerContext } from '../../translation/translation.js';

/** Encodes a whole answer as a `text_completion`. @throws DialectStreamError for one that the provider broke off. */
export function encodeCompletion(result: LanguageModelV4GenerateResult, context: AnswerContext): string {
  const text = result.content.map((part) => (part.type === 'text' ? part.text : '')).join('');
  const usage = encodeUsage(result.usage);
  return JSON.stringify({
    id: completionId(result.response?.id, context),
    object: 'text_completion',
    created: context.createdSeconds,
    model: result.response?.modelId ?? context.model,
    choices: [{ text, index: 0, logprobs: null, finish_reason: finishReasonOf(result.finishReason, false) }],
    ...(usage ? { usage } : {}),
  });
}

/** The provider's own id in the form of the dialect; ours where it gave none. */
export function completionId(upstreamId: string | undefined, { requestId }: AnswerContext): string {
  return `cmpl-${upstreamId ?? requestId}`;
}
