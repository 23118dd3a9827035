import type { Facts, Operation, Price, PriceTier, Usage } from '#libs/contracts';
import { costOf, imageVariantOf } from '#libs/pricing';
import type { ReachedTarget } from './reach-of.policy.js';

/** What takes the place of limits that neither the caller nor the configuration gives. */
export interface HoldLimits {
  /** Completion tokens of an answer without a cap, from a model whose limit is not known. */
  readonly outputTokens: number;
}

/** What must be set aside for a request: at least the one, rather the other. In nano-USD. */
export interface HoldBounds {
  /** By the estimate of the prompt, and the longest answer. */
  readonly least: bigint;
  /** By the longest prompt that the estimate may stand for at the dearest price of its tokens, and the longest answer. */
  readonly most: bigint;
}

type Asked = Pick<
  Facts,
  | 'operation'
  | 'estimatedPromptTokens'
  | 'maxCompletionTokens'
  | 'choices'
  | 'image'
  | 'units'
  | 'stream'
  | 'mostWebSearches'
>;

/** True text may have up to twice the tokens of its estimate (`estimatePromptTokens`). */
const WIDEST_ESTIMATE = 2;
/** What providers put around a prompt: roles, instructions for tools. */
const SURROUNDING_TOKENS = 500;
/** Completion tokens of one image where images are paid by tokens: the largest that OpenAI documents, rounded up. */
const TOKENS_OF_IMAGE = 8_192;
/** Tokens of speech for one character of its text, far above what is spoken in languages of few letters. */
const TOKENS_OF_SPOKEN_CHARACTER = 4;
/** Speech may be so much longer than is likely of its text: slow voices, instructions, signs that are read as whole words. */
const LONGEST_SPEECH = 4;
const LONGEST_SPEECH_BESIDE_MILLISECONDS = 10_000;
const WITHOUT_COMPLETION: ReadonlySet<Operation> = new Set(['embeddings', 'moderation', 'rerank', 'count_tokens']);
const NOTHING: HoldBounds = { least: 0n, most: 0n };

/**
 * The most that one answer to a request may cost at any of these targets. `promptRatio` is how many tokens prompts of the model
 * came to of late for each estimated one. Caps above what the model can give count as what it can.
 */
export function worstCost(
  facts: Asked,
  reach: readonly ReachedTarget[],
  { limits, promptRatio = 1 }: { limits: HoldLimits; promptRatio?: number | undefined },
): HoldBounds {
  // Counting tokens is free everywhere.
  if (facts.operation === 'count_tokens') return NOTHING;
  let least = 0n;
  let most = 0n;
  // The estimate is by characters; a ratio that was an integer of tokens must not become one more by rounding.
  const likely = Math.ceil(facts.estimatedPromptTokens * promptRatio - 1e-6);
  const longest = Math.max(likely, facts.estimatedPromptTokens * WIDEST_ESTIMATE + SURROUNDING_TOKENS);
  for (const target of reach) {
    const completionTokens = completionOf(facts, target, limits);
    const units = unitsOf(facts);
    const price = imageVariantOf(target.imagePrices, facts)?.price ?? target.price;
    const narrow = costOf({ promptTokens: likely, completionTokens, ...units }, price);
    const wide = dearest({ promptTokens: longest, completionTokens, ...longestOf(facts, units) }, price);
    if (narrow > least) least = narrow;
    const whole = target.mayBeRescued && facts.stream ? wide * 2n : wide;
    if (whole > most) most = whole;
  }
  return { least, most: most > least ? most : least };
}

function completionOf(
  { operation, choices = 1, maxCompletionTokens, units }: Asked,
  { limits: known }: ReachedTarget,
  limits: HoldLimits,
): number {
  if (WITHOUT_COMPLETION.has(operation)) return 0;
  if (operation === 'image_generation') return choices * TOKENS_OF_IMAGE;
  if (operation === 'speech' && units?.characters !== undefined) return units.characters * TOKENS_OF_SPOKEN_CHARACTER;
  const ofModel = known?.maxOutputTokens ?? Infinity;
  const cap = Math.min(maxCompletionTokens ?? Infinity, ofModel);
  return choices * (cap === Infinity ? limits.outputTokens : cap);
}

function unitsOf({ operation, choices = 1, units = {}, mostWebSearches: webSearches }: Asked): Partial<Usage> {
  if (operation === 'image_generation') return { ...units, images: choices };
  return webSearches === undefined ? units : { ...units, webSearches };
}

/** How long audio plays that is yet to be made is known by its text only about. */
function longestOf({ operation }: Asked, units: Partial<Usage>): Partial<Usage> {
  if (operation !== 'speech' || units.audioMilliseconds === undefined) return units;
  const audioMilliseconds = units.audioMilliseconds * LONGEST_SPEECH + LONGEST_SPEECH_BESIDE_MILLISECONDS;
  return { ...units, audioMilliseconds };
}

/** At the dearest kind of tokens, and at the dearest tier that the prompt may reach. */
function dearest(usage: Usage, price: Price): bigint {
  const { tiers = [], isWithoutTokenPrice, ...amounts } = price;
  const { promptTokens, completionTokens, ...rest } = usage;
  const units = costOf({ promptTokens: 0, completionTokens: 0, ...rest }, price);
  if (isWithoutTokenPrice === true) return units;
  let most = 0n;
  for (const tier of [amounts, ...tiers.filter(({ abovePromptTokens }) => promptTokens > abovePromptTokens)]) {
    const tokens = costOf({ promptTokens, completionTokens, requests: 0 }, dearestOf(tier));
    if (tokens > most) most = tokens;
  }
  return most + units;
}

function dearestOf(amounts: Omit<PriceTier, 'abovePromptTokens'>) {
  return {
    inputNanoUsdPerMillion: largest(
      amounts.inputNanoUsdPerMillion,
      amounts.cacheWriteInputNanoUsdPerMillion,
      amounts.cacheWrite1hInputNanoUsdPerMillion,
      amounts.audioInputNanoUsdPerMillion,
      amounts.imageInputNanoUsdPerMillion,
    ),
    outputNanoUsdPerMillion: largest(
      amounts.outputNanoUsdPerMillion,
      amounts.reasoningOutputNanoUsdPerMillion,
      amounts.audioOutputNanoUsdPerMillion,
      amounts.imageOutputNanoUsdPerMillion,
    ),
  };
}

function largest(first: string, ...others: (string | undefined)[]): string {
  return others.reduce<string>(
    (most, amount) => (amount !== undefined && BigInt(amount) > BigInt(most) ? amount : most),
    first,
  );
}
