import type { Facts } from '#libs/contracts';
import { spliced } from '../json-operation/replace-model.js';
import { scanObject } from '../scan-object.js';
import { CARRIED_PREFIX, isCarried } from '../translation/carried-marks.js';
import { withoutMembers } from '../without-members.js';

const MAX_DEPTH = 64;

const CARRIED = Buffer.from(`"${CARRIED_PREFIX}`);

/**
 * The caller's body as it goes to a provider of the same dialect: only the model's name is replaced, all other bytes stay as they
 * came. The exceptions are members meant for us and thoughts of another provider's model, which came through our translation and whose marks Anthropic
 * would refuse: those are left out.
 */
export function messagesProviderBody(
  body: Uint8Array,
  { spans, ownMembers = [] }: Pick<Facts, 'spans' | 'ownMembers'>,
  model: string,
): Buffer {
  if (ownMembers.length > 0) {
    const kept = withoutMembers(body, ownMembers);
    const span = scanObject(kept, MAX_DEPTH).get('model');
    if (!span) throw new Error('a Messages body that was accepted has no model');
    return messagesProviderBody(kept, { spans: { model: span } }, model);
  }
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
