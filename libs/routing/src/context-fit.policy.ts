import type { Facts, Operation, TargetEntry } from '#libs/contracts';

/**
 * How far an estimate must lie above a context window before a target is left out for it. The estimate takes four characters
 * for a token; prose and code stay below eight, so that what is left out would have been refused by the provider. Between once
 * and twice the window the provider decides, whose own refusal leads to the next target.
 */
const CLEARLY = 2;

/** Operations whose prompt must fit. Of others, such as embeddings, models cut the end off what is too long. */
const CHECKED: ReadonlySet<Operation> = new Set(['chat', 'text_completion']);

/** Tokens that share one context window: those of the whole prompt, or of the longest text where each has its own window. */
export function tokensOfOneContext(facts: Facts): number {
  return facts.longestPromptTokens ?? facts.estimatedPromptTokens;
}

/** Whether a prompt is clearly longer than a target's context window. A window that is not known fits all. */
export function isClearlyTooLong(facts: Facts, { limits }: TargetEntry): boolean {
  return limits?.contextWindow !== undefined && exceedsClearly(facts, limits.contextWindow);
}

/** Whether a prompt is clearly longer than so many tokens, where that matters to its operation. */
export function exceedsClearly(facts: Facts, contextWindow: number): boolean {
  return CHECKED.has(facts.operation) && tokensOfOneContext(facts) > CLEARLY * contextWindow;
}
