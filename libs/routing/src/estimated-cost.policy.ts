import type { Facts, Operation, Price, TargetEntry } from '#libs/contracts';
import { USUAL_COMPLETION_TOKENS } from './choose-rule.policy.js';
import type { PlacedTarget } from './placed-target.js';
import { priceNumbersOf, tokensAt, type PriceNumbers } from './price-numbers.js';

/** What answers come to where the caller gives no bound: the order of targets needs a likely size, not the largest one. */
const LIKELY_COMPLETION_TOKENS: Readonly<Partial<Record<Operation, number>>> = {
  chat: USUAL_COMPLETION_TOKENS,
  text_completion: USUAL_COMPLETION_TOKENS,
};
const CHARACTERS_PER_TOKEN = 4;
const TOKENS_PER_PRICE = 1e6;
const MINUTES_PER_HOUR = 60;
const MILLISECONDS_PER_HOUR = 3_600_000;

/** Completion tokens to expect of a target: likely answers, each within the bounds of the caller and of the model. */
export function likelyCompletionTokens(facts: Facts, { limits }: TargetEntry): number {
  const likely = LIKELY_COMPLETION_TOKENS[facts.operation] ?? 0;
  const ofEach = Math.min(likely, facts.maxCompletionTokens ?? Infinity, limits?.maxOutputTokens ?? Infinity);
  return ofEach * (facts.choices ?? 1);
}

/**
 * About what the request at hand costs at a target, in nano-USD; undefined where no part of it has a known price. Plain numbers:
 * it orders and bounds, charges are computed exactly elsewhere. The tier is that of the estimated prompt. What is not paid by
 * tokens counts as one request, the images asked for, one search or one minute of audio.
 */
export function estimatedCostNanoUsd(facts: Facts, entry: TargetEntry): number | undefined {
  return costEstimate(facts, { entry, numbers: priceNumbersOf(entry.price) });
}

/** The same of a target whose price has been read already. */
export function costEstimate(
  facts: Facts,
  { entry, numbers }: Pick<PlacedTarget, 'entry' | 'numbers'>,
): number | undefined {
  const units = unitCost(facts, entry.price, numbers);
  if (entry.price.isWithoutTokenPrice === true) return units;
  const { input, output } = tokensAt(facts.estimatedPromptTokens, numbers);
  const tokens = facts.estimatedPromptTokens * input + likelyCompletionTokens(facts, entry) * output;
  return tokens / TOKENS_PER_PRICE + (units ?? 0);
}

/** Only the units of the operation: a chat model's price of an image is no part of an answer in words. */
function unitCost(facts: Facts, price: Price, { perRequest }: PriceNumbers): number | undefined {
  const byOperation = operationCost(facts, price);
  return perRequest === undefined ? byOperation : perRequest + (byOperation ?? 0);
}

function operationCost(
  { operation, estimatedPromptTokens, choices = 1, units }: Facts,
  price: Price,
): number | undefined {
  if (operation === 'image_generation') return scaled(price.nanoUsdPerImage, choices);
  if (operation === 'transcription') return scaled(price.nanoUsdPerHourOfAudio, 1 / MINUTES_PER_HOUR);
  if (operation === 'rerank') return scaled(price.nanoUsdPerThousandSearches, 1e-3);
  if (operation !== 'speech') return undefined;
  const byText = scaled(price.nanoUsdPerMillionCharacters, (estimatedPromptTokens * CHARACTERS_PER_TOKEN) / 1e6);
  const byLength = scaled(price.nanoUsdPerHourOfAudio, (units?.audioMilliseconds ?? 0) / MILLISECONDS_PER_HOUR);
  return byText === undefined && byLength === undefined ? undefined : (byText ?? 0) + (byLength ?? 0);
}

function scaled(amount: string | undefined, by: number): number | undefined {
  return amount === undefined ? undefined : Number(amount) * by;
}
