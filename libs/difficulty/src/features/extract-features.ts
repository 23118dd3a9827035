import { boundedText } from './bounded-text.js';
import { hashTerms, type HashedTerms } from './hashed-terms.js';
import { scanTokens } from './scan-tokens.js';
import { statisticsOf, type PromptKind } from './statistics.js';

/** All that the model knows of a prompt: at most some 9,000 hashed terms and a fixed number of figures. */
export interface PromptFeatures {
  readonly kind: PromptKind;
  readonly terms: HashedTerms;
  readonly statistics: Float64Array;
}

/** Reads a prompt's features; the work is bounded, whatever the length of the text. */
export function extractFeatures(prompt: string): PromptFeatures {
  const tokens = scanTokens(boundedText(prompt));
  const { kind, values, answersFrom } = statisticsOf(tokens);
  return { kind, terms: hashTerms(tokens, answersFrom), statistics: values };
}
