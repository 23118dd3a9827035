import type { TextManner } from './text-filter.js';

type Members = Record<string, unknown>;

/** A piece of a text within an event of a stream. */
export interface Piece {
  /** Which text it belongs to; the same for all pieces of one. */
  readonly channel: string;
  readonly text: string;
  readonly manner: TextManner;
  /** Puts another text in its place. */
  readonly set: (text: string) => void;
}

/** What an event of a stream holds of texts. */
export interface EventTexts {
  readonly pieces: readonly Piece[];
  /** Beginnings of the names of channels that end with it; after its own pieces. */
  readonly ends: readonly string[];
}

const WORDS: TextManner = { isJson: false, restores: true, counts: true };
const JSON_TEXT: TextManner = { ...WORDS, isJson: true };
/** What a provider signs must go back to it as it came. */
const SIGNED: TextManner = { ...WORDS, restores: false };

/** Pieces and ends in an event of any of the dialects, told by its form. */
export function textsOfEvent(event: unknown): EventTexts {
  if (!isObject(event)) return { pieces: [], ends: [] };
  if (Array.isArray(event['choices'])) return ofChoices(event['choices']);
  const type = event['type'];
  if (typeof type !== 'string') return { pieces: [], ends: [] };
  if (type.startsWith('content_block_') || type === 'message_stop') return ofBlock(event, type);
  return ofResponse(event, type);
}

function ofChoices(choices: readonly unknown[]): EventTexts {
  const pieces: Piece[] = [];
  const ends: string[] = [];
  for (const choice of choices.filter(isObject)) {
    const name = `choice ${idOf(choice['index'])} `;
    addText(pieces, choice, 'text', { name, manner: WORDS });
    const { delta } = choice;
    if (isObject(delta)) {
      for (const key of ['content', 'refusal', 'reasoning_content', 'reasoning']) {
        addText(pieces, delta, key, { name, manner: WORDS });
      }
      for (const call of Array.isArray(delta['tool_calls']) ? delta['tool_calls'].filter(isObject) : []) {
        const called = call['function'];
        const place = { name: `${name}tool ${idOf(call['index'])} `, manner: JSON_TEXT };
        if (isObject(called)) addText(pieces, called, 'arguments', place);
      }
    }
    if (typeof choice['finish_reason'] === 'string') ends.push(name);
  }
  return { pieces, ends };
}

function ofBlock(event: Members, type: string): EventTexts {
  if (type === 'message_stop') return { pieces: [], ends: [''] };
  const name = `block ${idOf(event['index'])} `;
  if (type === 'content_block_stop') return { pieces: [], ends: [name] };
  const pieces: Piece[] = [];
  const { delta } = event;
  if (isObject(delta)) {
    addText(pieces, delta, 'text', { name, manner: WORDS });
    addText(pieces, delta, 'partial_json', { name, manner: JSON_TEXT });
    addText(pieces, delta, 'thinking', { name, manner: SIGNED });
  }
  return { pieces, ends: [] };
}

function ofResponse(event: Members, type: string): EventTexts {
  const place = ['item_id', 'content_index', 'summary_index'].map((key) => idOf(event[key])).join(' ');
  const kind = type.replace(/\.(?:delta|done)$/, '');
  const name = `${kind} ${place} `;
  const pieces: Piece[] = [];
  if (type.endsWith('.delta')) {
    const manner = /arguments|custom_tool_call_input/.test(kind) ? JSON_TEXT : WORDS;
    addText(pieces, event, 'delta', { name, manner });
    return { pieces, ends: [] };
  }
  if (/^response\.(?:completed|incomplete|failed)$/.test(type)) return { pieces, ends: [''] };
  return { pieces, ends: type.endsWith('.done') ? [name] : [] };
}

function addText(
  pieces: Piece[],
  holder: Members,
  key: string,
  { name, manner }: { readonly name: string; readonly manner: TextManner },
): void {
  const text = holder[key];
  if (typeof text !== 'string') return;
  pieces.push({ channel: name + key, text, manner, set: (to) => (holder[key] = to) });
}

/** A number or an id as it stands in an event; what a format leaves out is the first. */
function idOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '0';
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
