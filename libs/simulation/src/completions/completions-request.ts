import { ChatRequestError, readChatRequest, type ChatRequest } from '../chat/chat-request.js';

/** A call of OpenAI's legacy Completions in the simulation's own terms. */
export interface CompletionsRequest {
  /** What all prompts have together; its messages are the prompts, each of a user. */
  readonly request: ChatRequest;
  /** One request for each prompt. */
  readonly prompts: readonly ChatRequest[];
}

/**
 * Reads a parsed JSON body of the legacy Completions API. A prompt of tokens is read as their numbers. Throws a
 * `ChatRequestError` for what that API would refuse in the fields read here.
 */
export function readCompletionsRequest(model: string, body: unknown): CompletionsRequest {
  const { prompt, ...fields } = fieldsOf(body);
  const messages = promptsOf(prompt).map((content) => ({ role: 'user', content }));
  const request = readChatRequest(model, { ...fields, messages });
  return {
    request: { ...request, lastUserText: messages.map(({ content }) => content).join('\n') },
    prompts: messages.map((message) => readChatRequest(model, { ...fields, messages: [message] })),
  };
}

function promptsOf(prompt: unknown): string[] {
  if (typeof prompt === 'string') return [prompt];
  if (isTokens(prompt)) return [prompt.join(' ')];
  const isList = Array.isArray(prompt) && prompt.length > 0;
  if (!isList || !prompt.every((part: unknown) => typeof part === 'string' || isTokens(part)))
    throw new ChatRequestError('prompt must be a string, tokens or a list of at least one of them.', 'prompt');
  return prompt.map((part: unknown) => (isTokens(part) ? part.join(' ') : String(part)));
}

function isTokens(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === 'number');
}

function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null ? { ...body } : {};
}
