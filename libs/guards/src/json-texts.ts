/** One text within JSON: where its literal stands, quotes included, what it says and under which key. */
export interface JsonText {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Of the member that it is the value of; of a list's the list's. */
  readonly key: string;
  /** Whether it is JSON itself: the arguments of a tool. */
  readonly isJson: boolean;
}

/** Members whose values are names, marks and ids by the wire formats, and no words of anybody. */
const NOT_WORDS: ReadonlySet<string> = new Set([
  'model',
  'type',
  'role',
  'object',
  'id',
  'call_id',
  'tool_call_id',
  'tool_use_id',
  'item_id',
  'response_id',
  'previous_response_id',
  'finish_reason',
  'stop_reason',
  'status',
  'signature',
  'encrypted_content',
  'thought_signature',
  'obfuscation',
  'system_fingerprint',
  'service_tier',
  'media_type',
  'mime_type',
]);
/** Members whose objects are the caller's or a tool's own, where a key means nothing. */
const FREE = new Set(['input', 'arguments', 'args', 'metadata', 'response', 'output', 'parameters', 'json']);
const BINARY_KEYS = new Set(['data', 'file_data', 'b64_json', 'url', 'image_url']);
const BINARY = /^(?:data:[\w/+.-]+;base64,|[A-Za-z0-9+/_-]{256})/;
/** The arguments of a tool in a text: OpenAI's, and the pieces of Anthropic's. */
const JSON_KEYS = new Set(['arguments', 'partial_json']);

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;

interface Level {
  readonly isList: boolean;
  readonly isFree: boolean;
  key: string;
  expectsKey: boolean;
}

/**
 * The texts of a JSON document that may hold words: every string value but for names, ids and binary data. `json` must be JSON;
 * whoever calls has parsed it or got it from a provider whose answer was.
 */
export function textsOf(json: string): JsonText[] {
  const texts: JsonText[] = [];
  const levels: Level[] = [];
  for (let index = 0; index < json.length; index++) {
    const code = json.charCodeAt(index);
    const level = levels.at(-1);
    if (code === QUOTE) {
      const end = endOfString(json, index);
      if (level?.expectsKey) level.key = read(json, index, end);
      else add(texts, { json, start: index, end, level });
      index = end - 1;
    } else if (code === OPEN_OBJECT || code === OPEN_LIST)
      levels.push(levelWithin(level, code === OPEN_LIST, levels.length));
    else if (code === CLOSE_OBJECT || code === CLOSE_LIST) levels.pop();
    else if (code === COLON && level) level.expectsKey = false;
    else if (code === COMMA && level) level.expectsKey = !level.isList;
  }
  return texts;
}

/** JSON with other texts in the place of some; the rest of it byte by byte as it was. */
export function withTexts(
  json: string,
  changed: readonly (Pick<JsonText, 'start' | 'end'> & { readonly to: string })[],
): string {
  let result = '';
  let from = 0;
  for (const { start, end, to } of changed) {
    result += json.slice(from, start) + JSON.stringify(to);
    from = end;
  }
  return result + json.slice(from);
}

function levelWithin(outer: Level | undefined, isList: boolean, depth: number): Level {
  const key = outer?.key ?? '';
  // The members of the whole body are the wire format's, as is a response within an event of a stream.
  const isFree = outer !== undefined && (outer.isFree || (FREE.has(key) && !isList && depth > 1) || key === 'metadata');
  return { isList, isFree, key, expectsKey: !isList };
}

function endOfString(json: string, start: number): number {
  let index = json.indexOf('"', start + 1);
  while (index !== -1) {
    let slashes = 0;
    while (json.charCodeAt(index - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return index + 1;
    index = json.indexOf('"', index + 1);
  }
  return json.length;
}

function read(json: string, start: number, end: number): string {
  const inner = json.slice(start + 1, end - 1);
  return inner.includes('\\') ? (JSON.parse(json.slice(start, end)) as string) : inner;
}

interface Found {
  readonly json: string;
  readonly start: number;
  readonly end: number;
  readonly level: Level | undefined;
}

function add(texts: JsonText[], { json, start, end, level }: Found): void {
  const key = level?.key ?? '';
  if (!level?.isFree && NOT_WORDS.has(key)) return;
  const text = read(json, start, end);
  if (text === '' || (BINARY_KEYS.has(key) && BINARY.test(text))) return;
  texts.push({ start, end, text, key, isJson: JSON_KEYS.has(key) });
}
