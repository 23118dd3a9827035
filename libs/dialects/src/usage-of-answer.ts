import type { Facts, Operation, Usage } from '#libs/contracts';
import type { AnswerFacts } from './caller-dialect.js';

const CHARACTERS_PER_TOKEN = 4;

/** Operations that providers charge by other units where they tell no tokens: for these none are made up. */
const WITHOUT_ESTIMATED_TOKENS: ReadonlySet<Operation> = new Set([
  'image_generation',
  'speech',
  'transcription',
  'rerank',
]);

/** What a whole answer used, and who says so; see `Attempt`. */
export interface AnswerUsage {
  readonly usage: Usage;
  readonly usageBasis: 'provider' | 'estimate';
}

/**
 * What a whole answer used: what the provider told of it and, where it did not, what was counted of the request (characters to
 * speak, the length of audio, searches of a ranking). Text without told usage is estimated by its size.
 */
export function usageOfAnswer(
  answer: AnswerFacts,
  { operation, units = {}, estimatedPromptTokens }: Pick<Facts, 'operation' | 'units' | 'estimatedPromptTokens'>,
): AnswerUsage {
  if (answer.usage) return { usage: { ...units, ...answer.usage }, usageBasis: basisOf(answer.usage, units) };
  if (WITHOUT_ESTIMATED_TOKENS.has(operation))
    return { usage: { promptTokens: 0, completionTokens: 0, ...units }, usageBasis: 'estimate' };
  const completionTokens = Math.ceil(answer.characters / CHARACTERS_PER_TOKEN);
  return { usage: { promptTokens: estimatedPromptTokens, completionTokens }, usageBasis: 'estimate' };
}

function basisOf(told: Usage, units: NonNullable<Facts['units']>): AnswerUsage['usageBasis'] {
  const isTold = Object.keys(units).every((unit) => unit in told);
  return isTold || told.promptTokens + told.completionTokens > 0 ? 'provider' : 'estimate';
}
