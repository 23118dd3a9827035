import { DialectError } from '../dialect-error.js';
import type { ChatRequest } from './request-schema.js';

type Message = ChatRequest['messages'][number];

/**
 * Refuses messages that make no sense to any provider: an answer of a tool that nobody called, and messages without content.
 * One walk over the messages and no look into their content: it is on the way of every request.
 * @throws DialectError 400 that names the message.
 */
export function checkRoles(messages: readonly Message[]): void {
  let mayAnswer = false;
  for (const [index, message] of messages.entries()) {
    const { role, content } = message;
    if (role === 'tool') {
      if (typeof message.tool_call_id !== 'string') throw missing(`messages[${index}].tool_call_id`);
      if (!mayAnswer) {
        const text = `'messages[${index}]' has the role 'tool' and must follow a message with 'tool_calls'.`;
        throw new DialectError(400, 'invalid_role_order', text, `messages[${index}].role`);
      }
    } else {
      mayAnswer = Array.isArray(message.tool_calls) && message.tool_calls.length > 0;
    }
    const needsContent = role !== 'assistant' && role !== 'function';
    if (needsContent && (content === undefined || content === null)) throw missing(`messages[${index}].content`);
  }
}

function missing(param: string): DialectError {
  return new DialectError(400, 'missing_required_parameter', `Missing required parameter: '${param}'.`, param);
}
