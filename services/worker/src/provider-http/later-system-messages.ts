import type { LanguageModelV4CallOptions, LanguageModelV4Prompt } from '@ai-sdk/provider';

/**
 * Turns system messages that stand after the first turn into words of the user, for providers that take instructions at the
 * beginning only. Moving them there would change what they refer to.
 */
export function laterSystemMessages(
  options: LanguageModelV4CallOptions,
  warn: (message: string) => void,
): LanguageModelV4CallOptions {
  const firstTurn = options.prompt.findIndex(({ role }) => role !== 'system');
  const isLater = (message: LanguageModelV4Prompt[number], index: number) =>
    message.role === 'system' && firstTurn >= 0 && index > firstTurn;
  if (!options.prompt.some(isLater)) return options;
  warn('A system message after the first turn was sent as a message of the user: the provider takes none there.');
  const prompt = options.prompt.map((message, index): LanguageModelV4Prompt[number] =>
    isLater(message, index) && message.role === 'system'
      ? { role: 'user', content: [{ type: 'text', text: message.content }] }
      : message,
  );
  return { ...options, prompt };
}
