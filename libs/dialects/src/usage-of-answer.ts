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
 * speak, the length of audio, searches of a ranking). A provider that tells none of what the request held is taken to have told nothing of it. Text without told usage is estimated by its size.
 */
export function usageOfAnswer(
  answer: AnswerFacts,
  { operation, units = {}, estimatedPromptTokens }: Pick<Facts, 'operation' | 'units' | 'estimatedPromptTokens'>,
): AnswerUsage {
  if (answer.usage) {
    const told = withoutNone(answer.usage, units);
    return { usage: { ...units, ...told }, usageBasis: basisOf(told, units) };
  }
  if (WITHOUT_ESTIMATED_TOKENS.has(operation))
    return { usage: { promptTokens: 0, completionTokens: 0, ...units }, usageBasis: 'estimate' };
  const completionTokens = Math.ceil(answer.characters / CHARACTERS_PER_TOKEN);
  return { usage: { promptTokens: estimatedPromptTokens, completionTokens }, usageBasis: 'estimate' };
}

/** Zeros of units that the request certainly used come from servers that do not count them; taken as told, the call would be free. */
function withoutNone(told: Usage, units: Readonly<Record<string, number | undefined>>): Usage {
  const entries = Object.entries(told).filter(([unit, count]) => count !== 0 || (units[unit] ?? 0) === 0);
  return { promptTokens: 0, completionTokens: 0, ...Object.fromEntries(entries) };
}

function basisOf(told: Usage, units: NonNullable<Facts['units']>): AnswerUsage['usageBasis'] {
  const isTold = Object.keys(units).every((unit) => unit in told);
  return isTold || told.promptTokens + told.completionTokens > 0 ? 'provider' : 'estimate';
}
