import { generateTokens } from '../text/generated-text.js';
import { chanceOf, hashPrompt, hexOf, type PromptHash } from '../text/prompt-hash.js';
import { countTokens, splitIntoTokens } from '../text/tokens.js';
import type { ChatRequest } from './chat-request.js';
import { countCompletionTokens, type SimulatedAnswer, type SimulatedChoice } from './simulated-answer.js';

/** Answers the shortest and longest natural length of generated text, in tokens. */
export const NATURAL_LENGTH = { shortestTokens: 16, longestTokens: 200 } as const;

/** How a simulated model finds its words. */
export interface SimulateOptions {
  /** Natural length of generated text in tokens; without it, from 16 to 200 by the hash of the prompt. */
  readonly outputTokens?: number;
  /** Recorded answers, which win over generated text where the last user message matches. */
  readonly recordings?: { answerTo(prompt: string): string | undefined };
}

function naturalLengthOf(hash: PromptHash, choiceIndex: number): number {
  const { shortestTokens, longestTokens } = NATURAL_LENGTH;
  return shortestTokens + Math.floor(chanceOf(hash, choiceIndex) * (longestTokens - shortestTokens + 1));
}

function naturalTokens(
  request: ChatRequest,
  hash: PromptHash,
  choiceIndex: number,
  options: SimulateOptions,
): string[] {
  const recorded = options.recordings?.answerTo(request.lastUserText);
  if (recorded !== undefined) return splitIntoTokens(recorded);
  const length = options.outputTokens ?? naturalLengthOf(hash, choiceIndex);
  // One token more than is allowed tells "cut off" from "just fits" without generating the rest.
  const needed = Math.min(length, request.maximumTokens + 1);
  return generateTokens(hash.first + Math.imul(choiceIndex, 0x9e3779b1), needed);
}

function applyLimits(tokens: string[], request: ChatRequest): SimulatedChoice {
  const isCutOff = tokens.length > request.maximumTokens;
  const allowed = isCutOff ? tokens.slice(0, request.maximumTokens) : tokens;
  if (request.stop.length > 0) {
    const text = allowed.join('');
    const ends = request.stop.map((stop) => text.indexOf(stop)).filter((index) => index >= 0);
    if (ends.length > 0) {
      return { tokens: splitIntoTokens(text.slice(0, Math.min(...ends))), finishReason: 'stop' };
    }
  }
  return { tokens: allowed, finishReason: isCutOff ? 'length' : 'stop' };
}

/**
 * Answers a chat request as the sim provider does: deterministic text by the hash of model, seed and messages (or the
 * recorded answer), `n` choices, ended by a `stop` text or cut at the request's token limit, with exact usage. Pure:
 * the same request and options give the same answer anywhere.
 */
export function simulate(request: ChatRequest, options: SimulateOptions = {}): SimulatedAnswer {
  const hash = hashPrompt(request);
  const choices: SimulatedChoice[] = [];
  for (let index = 0; index < request.choiceCount; index += 1) {
    choices.push(applyLimits(naturalTokens(request, hash, index, options), request));
  }
  let promptTokens = 0;
  for (const message of request.messages) for (const text of message.texts) promptTokens += countTokens(text);
  return {
    id: `chatcmpl-sim-${hexOf(hash)}`,
    model: request.model,
    choices,
    usage: { promptTokens, completionTokens: countCompletionTokens(choices) },
  };
}
