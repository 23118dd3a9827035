import { parsedBody, textOfMessages, type PromptText } from '../body-facts/prompt-text.js';

const SYSTEM_ROLES: ReadonlySet<unknown> = new Set(['system', 'developer']);

/** The words of a Chat Completions request that was accepted before. */
export function chatPromptText(body: Uint8Array): PromptText {
  return textOfMessages(parsedBody(body).messages, SYSTEM_ROLES);
}
