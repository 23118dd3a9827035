import type { ByteSpan } from '#libs/contracts';
import { spliced } from '../json-operation/replace-model.js';
import { scanObject } from '../scan-object.js';
import { askedText } from './seam.js';
import type { RestOrder } from './stream-continuation.js';

const MAX_DEPTH = 64;
/** The last words that a model is asked to repeat, so that the seam can be found to the letter. */
const MOST_LAST_WORDS = 60;
const LEAST_LAST_WORDS = 20;

const QUOTE = 0x22;

interface Edit {
  readonly span: ByteSpan;
  readonly text: string;
}

/** What of a request changes where the rest of its answer is asked for. */
export interface RestOfAnswer extends RestOrder {
  readonly text: string;
  /** The member that holds the messages: a list or, for some dialects, the user's text. */
  readonly list: 'messages' | 'input';
  /** Members that bound the answer's tokens. */
  readonly bounds: readonly string[];
}

/**
 * A request for the rest of its answer: the answer so far as the assistant's, the bounds lowered by it. Returns
 * `used_up` where a bound leaves no room.
 */
export function continuedRequest(body: Uint8Array, rest: RestOfAnswer): Buffer | 'used_up' | undefined {
  const members = scanObject(body, MAX_DEPTH);
  const list = members.get(rest.list);
  if (!list) return undefined;
  const edits = withMessages(body, list, messagesOfRest(rest));
  for (const name of rest.bounds) {
    const span = members.get(name);
    if (!span) continue;
    const bound: unknown = JSON.parse(Buffer.from(body.subarray(...span)).toString('utf8'));
    if (typeof bound !== 'number') continue;
    const left = bound - rest.answeredTokens;
    if (left < 1) return 'used_up';
    edits.push({ span, text: String(left) });
  }
  edits.sort((left, right) => right.span[0] - left.span[0]);
  return edits.reduce<Buffer>((bytes, { span, text }) => spliced(bytes, span, text), Buffer.from(body));
}

/** Puts messages at the end of a list, or after the text that stands in its place. */
function withMessages(body: Uint8Array, [start, end]: ByteSpan, messages: string): Edit[] {
  if (body[start] !== QUOTE) return [{ span: [end - 1, end - 1], text: messages }];
  return [
    { span: [end, end], text: `}${messages}]` },
    { span: [start, start], text: '[{"role":"user","content":' },
  ];
}

function messagesOfRest({ text, style }: RestOfAnswer): string {
  const asked = askedText(text, style);
  const soFar = `,${JSON.stringify({ role: 'assistant', content: asked })}`;
  return style === 'prefill' ? soFar : `${soFar},${JSON.stringify({ role: 'user', content: instruction(asked) })}`;
}

function instruction(text: string): string {
  return [
    'Your last message broke off on its way. Write the rest of it, so that both parts read as one text in the same style.',
    'Begin by repeating its last words letter by letter, as they stand between the marks, and go on from there.',
    'No greeting, no remark about this, and nothing else of what is already written.',
    `<last-words>${lastWords(text)}</last-words>`,
  ].join('\n');
}

function lastWords(text: string): string {
  const end = text.slice(-MOST_LAST_WORDS);
  if (end.length === text.length) return end;
  const blank = end.search(/\s/);
  return blank >= 0 && end.length - blank > LEAST_LAST_WORDS ? end.slice(blank + 1) : end;
}
