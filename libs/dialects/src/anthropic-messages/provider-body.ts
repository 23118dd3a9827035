import type { Facts } from '#libs/contracts';
import { spliced } from '../json-operation/replace-model.js';
import { CARRIED_PREFIX, isCarried } from '../translation/carried-marks.js';

const CARRIED = Buffer.from(`"${CARRIED_PREFIX}`);

/**
 * The caller's body as it goes to a provider of the same dialect: only the model's name is replaced, all other bytes stay as they
 * came. The exception are thoughts of another provider's model, which came through our translation and whose marks Anthropic
 * would refuse: those are left out.
 */
export function messagesProviderBody(body: Uint8Array, { spans }: Pick<Facts, 'spans'>, model: string): Buffer {
  const result = spliced(body, spans.model, JSON.stringify(model));
  return result.includes(CARRIED) ? withoutForeignThoughts(result) : result;
}

interface WireMessage {
  content?: unknown;
}
interface WireThought {
  type?: unknown;
  signature?: unknown;
  data?: unknown;
}

function withoutForeignThoughts(body: Buffer): Buffer {
  const request = JSON.parse(body.toString('utf8')) as { messages: WireMessage[] };
  const messages = request.messages
    .map((message) =>
      Array.isArray(message.content)
        ? { ...message, content: message.content.filter((block: WireThought) => !isForeign(block)) }
        : message,
    )
    .filter(({ content }) => !Array.isArray(content) || content.length > 0);
  return Buffer.from(JSON.stringify({ ...request, messages }));
}

function isForeign({ type, signature, data }: WireThought): boolean {
  const mark = type === 'thinking' ? signature : type === 'redacted_thinking' ? data : undefined;
  return isCarried(mark);
}
