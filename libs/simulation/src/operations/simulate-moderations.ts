import { ChatRequestError } from '../chat/chat-request.js';
import { chanceOf, hashPrompt, hexOf } from '../text/prompt-hash.js';
import { countTokens } from '../text/tokens.js';
import { jsonAnswer, type OperationAnswer } from './operation-answer.js';
import type { OperationRequest } from './operation-request.js';

/** The categories of OpenAI's omni-moderation. */
const CATEGORIES = [
  'harassment',
  'harassment/threatening',
  'hate',
  'hate/threatening',
  'illicit',
  'illicit/violent',
  'self-harm',
  'self-harm/instructions',
  'self-harm/intent',
  'sexual',
  'sexual/minors',
  'violence',
  'violence/graphic',
];
const HIGHEST_SCORE = 0.01;

/** Answers a moderation request: nothing is ever flagged, with small scores by the hash of the text. */
export function simulateModerations({ model, fields, texts }: OperationRequest): OperationAnswer {
  const { input } = fields;
  const isList = Array.isArray(input) && input.length > 0;
  if (typeof input !== 'string' && !isList) {
    throw new ChatRequestError('input must be a string or an array with at least one element.', 'input');
  }
  // Parts of text and image together are one input; several texts are several.
  const inputs = isList && input.every((part) => typeof part === 'string') ? input : [texts.join('\n')];
  const hash = hashPrompt({ model, seed: 0, messages: [{ role: 'moderation', texts }] });
  const promptTokens = texts.reduce((sum, text) => sum + countTokens(text), 0);
  return jsonAnswer(
    { id: `modr-sim-${hexOf(hash)}`, model, results: inputs.map((text) => resultFor(text)) },
    promptTokens,
  );
}

function resultFor(text: string): object {
  const hash = hashPrompt({ model: '', seed: 0, messages: [{ role: 'moderation', texts: [text] }] });
  return {
    flagged: false,
    categories: Object.fromEntries(CATEGORIES.map((name) => [name, false])),
    category_scores: Object.fromEntries(CATEGORIES.map((name, index) => [name, HIGHEST_SCORE * chanceOf(hash, index)])),
    category_applied_input_types: Object.fromEntries(CATEGORIES.map((name) => [name, ['text']])),
  };
}
