import { readChatUsage } from '#libs/dialects';
import type { AnswerEnd, Mending } from './mend-model.js';

/** What servers of the OpenAI format tell of usage and the package leaves out: writes to a cache, reasoning told beside the rest. */
export const chatUsageMending: Mending = { end: withToldUsage };

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
