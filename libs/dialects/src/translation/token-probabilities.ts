import type { JSONValue, SharedV4ProviderMetadata, SharedV4ProviderOptions } from '@ai-sdk/provider';
import { isRecord } from '../json-operation/read-json-answer.js';

/** Under which name options and metadata go that are between our two ends of a translation, and mean nothing to a package. */
const OURS = 'switchyard';

/** How likely a token was, as OpenAI tells it; `logprob` is a natural logarithm. */
export interface TokenProbability {
  readonly token: string;
  readonly logprob: number;
  readonly top?: readonly TokenProbability[];
}

/** Asks for the probabilities of an answer's tokens, and of so many others at each place. */
export function askForProbabilities(others: number): SharedV4ProviderOptions {
  return { [OURS]: { topLogprobs: others } };
}

/** How many others are asked for at each place; undefined where no probabilities are. */
export function askedProbabilities(options: SharedV4ProviderOptions | undefined): number | undefined {
  const others = options?.[OURS]?.['topLogprobs'];
  return typeof others === 'number' ? others : undefined;
}

/** Puts probabilities beside what else is told of a part, or of a whole answer. */
export function withProbabilities(
  metadata: SharedV4ProviderMetadata | undefined,
  probabilities: readonly TokenProbability[],
): SharedV4ProviderMetadata {
  return { ...metadata, [OURS]: { logprobs: probabilities.map(wireProbability) } };
}

/** The `logprobs` of a choice in OpenAI's form; null where nothing was told. */
export function wireProbabilities(metadata: SharedV4ProviderMetadata | undefined): JSONValue {
  const told = metadata?.[OURS];
  return isRecord(told) && Array.isArray(told['logprobs'])
    ? { content: told['logprobs'] as JSONValue[], refusal: null }
    : null;
}

function wireProbability({ token, logprob, top = [] }: TokenProbability): { [name: string]: JSONValue } {
  return { ...wireToken(token, logprob), top_logprobs: top.map((other) => wireToken(other.token, other.logprob)) };
}

function wireToken(token: string, logprob: number): { [name: string]: JSONValue } {
  return { token, logprob, bytes: [...Buffer.from(token)] };
}
