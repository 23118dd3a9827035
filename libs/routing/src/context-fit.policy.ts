import type { Facts, TargetEntry } from '#libs/contracts';

/**
 * How far an estimate must lie above a context window before a target is left out for it. The estimate takes four characters
 * for a token; prose and code stay below eight, so that what is left out would have been refused by the provider. Between once
 * and twice the window the provider decides, whose own refusal leads to the next target.
 */
const CLEARLY = 2;

/** Whether a prompt is clearly longer than a target's context window. A window that is not known fits all. */
export function isClearlyTooLong(facts: Facts, { limits }: TargetEntry): boolean {
  // Other operations take lists of texts, each of which has the window for itself.
  if (facts.operation !== 'chat' || limits?.contextWindow === undefined) return false;
  return facts.estimatedPromptTokens > CLEARLY * limits.contextWindow;
}
