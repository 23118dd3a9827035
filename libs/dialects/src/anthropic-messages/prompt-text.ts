import { parsedBody, textOf, textOfMessages, type PromptText } from '../body-facts/prompt-text.js';

const SYSTEM_ROLES: ReadonlySet<unknown> = new Set(['system']);

/** The words of a Messages request that was accepted before. */
export function messagesPromptText(body: Uint8Array): PromptText {
  const request = parsedBody(body);
  const { system, lastUser } = textOfMessages(request.messages, SYSTEM_ROLES);
  return { system: textOf(request.system) || system, lastUser };
}
