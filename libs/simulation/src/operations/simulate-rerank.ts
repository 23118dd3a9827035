import { ChatRequestError } from '../chat/chat-request.js';
import { hashPrompt, hexOf } from '../text/prompt-hash.js';
import { countTokens } from '../text/tokens.js';
import { jsonAnswer, type OperationAnswer } from './operation-answer.js';
import type { OperationRequest } from './operation-request.js';

const WORD = /[\p{L}\p{N}]+/gu;

/** Answers a rerank request: a document's score is the share of the query's words that stand in it. */
export function simulateRerank({ model, fields, texts }: OperationRequest): OperationAnswer {
  const { query, documents, top_n: most, return_documents: isShown } = fields;
  if (typeof query !== 'string') throw new ChatRequestError('query must be a string.', 'query');
  if (!Array.isArray(documents) || documents.length === 0) {
    throw new ChatRequestError('documents must be an array with at least one document.', 'documents');
  }
  if (most !== undefined && most !== null && !(Number.isInteger(most) && Number(most) >= 1)) {
    throw new ChatRequestError('top_n must be a whole number from 1.', 'top_n');
  }
  const wanted = wordsOf(query);
  const results = documents
    .map((document: unknown, index) => ({
      index,
      relevance_score: overlap(wanted, wordsOf(textOf(document))),
      ...(isShown === true ? { document: typeof document === 'string' ? { text: document } : document } : {}),
    }))
    .toSorted((left, right) => right.relevance_score - left.relevance_score || left.index - right.index)
    .slice(0, typeof most === 'number' ? most : documents.length);
  const promptTokens = texts.reduce((sum, text) => sum + countTokens(text), 0);
  const hash = hashPrompt({ model, seed: 0, messages: [{ role: 'rerank', texts }] });
  const meta = {
    api_version: { version: '2' },
    billed_units: { search_units: 1 },
    tokens: { input_tokens: promptTokens, output_tokens: 0 },
  };
  return jsonAnswer({ id: `rerank-sim-${hexOf(hash)}`, results, meta }, promptTokens);
}

function textOf(document: unknown): string {
  return typeof document === 'string' ? document : JSON.stringify(document);
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(WORD));
}

function overlap(wanted: ReadonlySet<string>, found: ReadonlySet<string>): number {
  if (wanted.size === 0) return 0;
  return [...wanted].filter((word) => found.has(word)).length / wanted.size;
}
