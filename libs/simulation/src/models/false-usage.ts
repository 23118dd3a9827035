import type { WireUsage } from '../wire/chat-completion.js';

/** Usage that claims that nothing was used. */
export const zeroUsage = (): WireUsage => ({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 });

/** Usage of the right names and impossible values: negative, a string, null. */
export const unreadableUsage = (truth: WireUsage): Record<keyof WireUsage, unknown> => ({
  prompt_tokens: -truth.prompt_tokens - 1,
  completion_tokens: String(truth.completion_tokens),
  total_tokens: null,
});
