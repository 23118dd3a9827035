import type { Facts } from '#libs/contracts';
import { scanObject } from '../scan-object.js';
import { withoutMembers } from '../without-members.js';

const MAX_DEPTH = 64;
const USAGE_ASKED = { include_usage: true };

/** Puts a text in the place of some bytes. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The caller's body as it goes to a provider of the same dialect: only the model's name is replaced and, for a stream, usage is
 * asked for, since the bill depends on it. All other bytes stay as they came, unknown fields included.
 */
export function chatProviderBody(
  body: Uint8Array,
  facts: Pick<Facts, 'spans' | 'stream' | 'ownMembers'>,
  model: string,
): Buffer {
  if (facts.ownMembers !== undefined && facts.ownMembers.length > 0) {
    const kept = withoutMembers(body, facts.ownMembers);
    return chatProviderBody(kept, { stream: facts.stream, spans: spansOf(kept) }, model);
  }
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const edits: Edit[] = [{ start: facts.spans.model[0], end: facts.spans.model[1], text: JSON.stringify(model) }];
  if (facts.stream) {
    const { streamOptions } = facts.spans;
    edits.push(
      streamOptions
        ? { start: streamOptions[0], end: streamOptions[1], text: withUsageAsked(bytes.subarray(...streamOptions)) }
        : {
            start: facts.spans.model[1],
            end: facts.spans.model[1],
            text: `,"stream_options":${JSON.stringify(USAGE_ASKED)}`,
          },
    );
  }
  edits.sort((left, right) => left.start - right.start || left.end - right.end);
  return edited(bytes, edits);
}

function spansOf(body: Uint8Array): Facts['spans'] {
  const members = scanObject(body, MAX_DEPTH);
  const [model, streamOptions] = [members.get('model'), members.get('stream_options')];
  if (!model) throw new Error('a Chat Completions body that was accepted has no model');
  return streamOptions ? { model, streamOptions } : { model };
}

/** Copied into place: views of the pieces would cost several times as much as the bytes. */
function edited(bytes: Buffer, edits: readonly Edit[]): Buffer {
  const growth = edits.reduce((sum, { start, end, text }) => sum + Buffer.byteLength(text) - (end - start), 0);
  const result = Buffer.allocUnsafe(bytes.length + growth);
  let [from, to] = [0, 0];
  for (const { start, end, text } of edits) {
    to += bytes.copy(result, to, from, start);
    to += result.write(text, to);
    from = end;
  }
  bytes.copy(result, to, from);
  return result;
}

/** The caller's own options stay beside ours. */
function withUsageAsked(options: Buffer): string {
  return JSON.stringify({ ...(JSON.parse(options.toString('utf8')) as object | null), ...USAGE_ASKED });
}
