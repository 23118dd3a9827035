import { bothEnds, parsedBody, textOf, textOfMessages, type PromptText } from '../body-facts/prompt-text.js';

const SYSTEM_ROLES: ReadonlySet<unknown> = new Set(['system', 'developer']);

/** The words of a Responses request that was accepted before. */
export function responsesPromptText(body: Uint8Array): PromptText {
  const { input, instructions } = parsedBody(body);
  if (typeof input === 'string') return { system: textOf(instructions), lastUser: bothEnds(input) };
  const { system, lastUser } = textOfMessages(input, SYSTEM_ROLES);
  return { system: textOf(instructions) || system, lastUser };
}
