import { CONTINUING_TOKENS, FULL_STOP, OPENING_TOKENS } from './vocabulary.js';

const SHORTEST_SENTENCE = 4;
const SENTENCE_SPREAD_MASK = 7;
const VOCABULARY_MASK = CONTINUING_TOKENS.length - 1;

/**
 * Generates exactly `count` tokens of meaningless English sentences from a 32-bit seed (xorshift32). The same seed and
 * count give the same tokens, and a smaller count gives a prefix of them.
 */
export function generateTokens(seed: number, count: number): string[] {
  const tokens: string[] = [];
  let state = seed | 0 || 1;
  let remainingInSentence = 0;
  while (tokens.length < count) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const pick = (state >>> 5) & VOCABULARY_MASK;
    if (remainingInSentence > 1) {
      tokens.push(CONTINUING_TOKENS[pick]!);
    } else if (remainingInSentence === 1) {
      tokens.push(FULL_STOP);
    } else {
      const opening = OPENING_TOKENS[pick]!;
      tokens.push(tokens.length === 0 ? opening.slice(1) : opening);
      remainingInSentence = SHORTEST_SENTENCE + ((state >>> 20) & SENTENCE_SPREAD_MASK) + 2;
    }
    remainingInSentence -= 1;
  }
  return tokens;
}
