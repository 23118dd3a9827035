import type { LanguageModelV4CallOptions, LanguageModelV4FinishReason, LanguageModelV4Usage } from '@ai-sdk/provider';
import type { Mending } from '../../provider-http/mend-model.js';
import { streamErrors } from './errors.js';

interface WireUsage {
  cached_tokens?: unknown;
}

/** What Cohere's wire carries and its package leaves out, and a word on what it drops without one. */
export const cohereMending: Mending = {
  call(options, warn) {
    for (const loss of lossesOf(options)) warn(loss);
    return options;
  },
  end: ({ finishReason, usage }) => ({ finishReason: trueReason(finishReason), usage: withCachedTokens(usage) }),
  errors: streamErrors,
};

function lossesOf({ prompt, tools = [] }: LanguageModelV4CallOptions): string[] {
  const answers = prompt.flatMap((message) => (message.role === 'assistant' ? [message.content] : []));
  const has = (parts: (typeof answers)[number], type: string) => parts.some((part) => part.type === type);
  return [
    answers.some((parts) => has(parts, 'reasoning')) && 'Reasoning of earlier answers is not sent to this provider.',
    answers.some((parts) => has(parts, 'text') && has(parts, 'tool-call')) &&
      'Text that stands beside tool calls in earlier answers is not sent to this provider.',
    tools.some((tool) => tool.type === 'function' && tool.strict === true) &&
      "'strict' of tools is not known to this provider.",
  ].filter((loss) => loss !== false);
}

/** A stream that ends without its last event has no reason at all: it was cut. */
function trueReason(reason: LanguageModelV4FinishReason): LanguageModelV4FinishReason {
  if (reason.raw === undefined) return { unified: 'interrupted', raw: undefined };
  if (reason.raw === 'TIMEOUT') return { ...reason, unified: 'error' };
  return reason.raw === 'ERROR_TOXIC' ? { ...reason, unified: 'content-filter' } : reason;
}

function withCachedTokens(usage: LanguageModelV4Usage): LanguageModelV4Usage {
  const cacheRead = (usage.raw as WireUsage | undefined)?.cached_tokens;
  const { total } = usage.inputTokens;
  if (typeof cacheRead !== 'number' || total === undefined) return usage;
  return { ...usage, inputTokens: { ...usage.inputTokens, cacheRead, noCache: Math.max(0, total - cacheRead) } };
}
