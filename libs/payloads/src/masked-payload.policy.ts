/** Replaces what guards find in a text. */
export type MaskText = (text: string) => string;

const DEEPEST = 100;
/** A run so long is no text that anybody wrote: an image or a sound within JSON. */
const BINARY = /(?:data:[\w/+.-]{1,100};base64,)?[A-Za-z0-9+/_-]{2000,}={0,2}/g;
/** Of streamed events, what these members say is pieces of one text. */
const JOINED: ReadonlySet<string> = new Set([
  'arguments',
  'content',
  'delta',
  'partial_json',
  'reasoning',
  'reasoning_content',
  'refusal',
  'text',
  'thinking',
  'transcript',
]);

/**
 * A prompt or an answer with every text in it masked: of JSON each string by itself, as it is meant and not as it is escaped; of a stream of events the texts that its
 * pieces make together, since what has to be masked may stand across them; of anything else the whole.
 */
export function maskedPayload(text: string, contentType: string, mask: MaskText): string {
  const masked = (value: string): string =>
    mask(value.replace(BINARY, (run) => `[${run.length} characters, not kept]`));
  if (/^text\/event-stream/i.test(contentType)) return JSON.stringify({ stream: streamedTexts(text, masked) });
  const value = parsed(text);
  // A JSON text that was cut off, or none.
  if (value === undefined) return masked(text);
  return JSON.stringify(maskedValue(value, masked, 0));
}

function maskedValue(value: unknown, mask: MaskText, depth: number): unknown {
  if (typeof value === 'string') return mask(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEEPEST) return '[nested too deep, not kept]';
  if (Array.isArray(value)) return value.map((each) => maskedValue(each, mask, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [mask(name), maskedValue(each, mask, depth + 1)]),
  );
}

/** By the place in the events: the pieces of a text joined, of anything else the last. */
function streamedTexts(text: string, mask: MaskText): Record<string, unknown> {
  const found = new Map<string, unknown>();
  for (const line of text.split(/\r?\n/)) {
    if (!line.startsWith('data:')) continue;
    const value = parsed(line.slice('data:'.length).trim());
    if (value !== undefined) gather(value, [], found);
  }
  return Object.fromEntries(
    [...found].map(([place, value]) => [mask(place), typeof value === 'string' ? mask(value) : value]),
  );
}

function gather(value: unknown, place: readonly string[], found: Map<string, unknown>): void {
  if (place.length > DEEPEST) return;
  if (typeof value === 'object' && value !== null) {
    // Parts of one answer are told apart by their number, wherever they stand in the list of an event.
    const number = (value as { index?: unknown }).index;
    const own = typeof number === 'number' ? [...place.slice(0, -1), String(number)] : place;
    for (const [name, each] of Object.entries(value)) gather(each, [...own, name], found);
    return;
  }
  const name = place.join('.');
  const before = found.get(name);
  const isPiece = typeof value === 'string' && typeof before === 'string' && JOINED.has(place.at(-1) ?? '');
  found.set(name, isPiece ? before + value : value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
