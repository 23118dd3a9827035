import { ChatRequestError, readChatRequest, type ChatRequest } from '../chat/chat-request.js';

/**
 * Reads a parsed JSON body of Anthropic's Messages API in the simulation's own terms: its system text, where there is any, is the
 * first message, and `max_tokens` is required as it is there. Throws a `ChatRequestError` for what that API would refuse in the
 * fields read here.
 */
export function readMessagesRequest(model: string, body: unknown): ChatRequest {
  const { system, messages, max_tokens, stop_sequences, stream } = fieldsOf(body);
  if (max_tokens === undefined || max_tokens === null)
    throw new ChatRequestError('max_tokens: field required', 'max_tokens');
  const told =
    isEmpty(system) || !Array.isArray(messages) ? messages : [{ role: 'system', content: system }, ...messages];
  return readChatRequest(model, { messages: told, max_tokens, stop: stop_sequences, stream });
}

function isEmpty(system: unknown): boolean {
  return system === undefined || system === null || system === '' || (Array.isArray(system) && system.length === 0);
}

function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null ? { ...body } : {};
}
