import { classifyChatStreamError, readChatUsage } from '#libs/dialects';
import type { AnswerEnd, Mending } from './mend-model.js';
import type { StreamErrors } from './stream-failures.js';

/** The package hands over the error of an event, or an event that is none of its kinds. */
const errors: StreamErrors = {
  classify(event) {
    if (typeof event !== 'object' || event === null) return undefined;
    if ('error' in event) return classifyChatStreamError(JSON.stringify(event));
    return 'message' in event ? classifyChatStreamError(JSON.stringify({ error: event })) : undefined;
  },
};

/**
 * What servers of the OpenAI format tell of usage and the package leaves out: writes to a cache, reasoning told beside the
 * rest. Their errors within streams are told apart, too.
 */
export const chatUsageMending: Mending = { end: withToldUsage, errors };

function withToldUsage({ finishReason, usage }: AnswerEnd): AnswerEnd {
  const told = readChatUsage(usage.raw);
  if (!told) return { finishReason, usage };
  const { promptTokens, completionTokens, cachedPromptTokens = 0, cacheWritePromptTokens = 0 } = told;
  const { reasoningTokens = 0 } = told;
  return {
    finishReason,
    usage: {
      ...usage,
      inputTokens: {
        total: promptTokens,
        noCache: promptTokens - cachedPromptTokens - cacheWritePromptTokens,
        cacheRead: cachedPromptTokens,
        cacheWrite: cacheWritePromptTokens || undefined,
      },
      outputTokens: {
        total: completionTokens,
        text: completionTokens - reasoningTokens,
        reasoning: reasoningTokens,
      },
    },
  };
}
