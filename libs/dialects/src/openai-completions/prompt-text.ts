import { bothEnds, parsedBody, type PromptText } from '../body-facts/prompt-text.js';

/** The words of a legacy Completions request that was accepted before: its prompt, of several the first; tokens have none. */
export function completionPromptText(body: Uint8Array): PromptText {
  const { prompt } = parsedBody(body);
  const text: unknown = Array.isArray(prompt) ? prompt[0] : prompt;
  return { system: '', lastUser: typeof text === 'string' ? bothEnds(text) : '' };
}
