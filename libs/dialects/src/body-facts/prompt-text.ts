/** The words of a prompt that tell what it is for, each cut to what is ever looked at. */
export interface PromptText {
  /** What the model is told to be; empty where it is told nothing. */
  readonly system: string;
  /** The last that the user said. */
  readonly lastUser: string;
}

const HEAD_CHARACTERS = 2_560;
const TAIL_CHARACTERS = 1_535;
const MOST_CHARACTERS = HEAD_CHARACTERS + TAIL_CHARACTERS + 1;

/** A text's beginning and end, 4 KB together: commands stand at either. */
export function bothEnds(text: string): string {
  if (text.length <= MOST_CHARACTERS) return text;
  return `${text.slice(0, HEAD_CHARACTERS)}\n${text.slice(-TAIL_CHARACTERS)}`;
}

/** The words of a message: its text, or those of the pieces that have one. Never longer than `bothEnds` lets them be. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return bothEnds(content);
  if (!Array.isArray(content)) return '';
  let text = '';
  for (const part of content as unknown[]) {
    const piece = typeof part === 'object' && part !== null && 'text' in part ? part.text : undefined;
    if (typeof piece === 'string') text = bothEnds(text === '' ? bothEnds(piece) : `${text}\n${bothEnds(piece)}`);
  }
  return text;
}

/** The words of messages with roles. */
export function textOfMessages(messages: unknown, systemRoles: ReadonlySet<unknown>): PromptText {
  let system = '';
  let lastUser = '';
  for (const message of Array.isArray(messages) ? (messages as unknown[]) : []) {
    if (typeof message !== 'object' || message === null || !('role' in message) || !('content' in message)) continue;
    if (systemRoles.has(message.role) && system === '') system = textOf(message.content);
    if (message.role === 'user') lastUser = textOf(message.content) || lastUser;
  }
  return { system, lastUser };
}

/** The parsed JSON of a body that was accepted before. */
export function parsedBody(body: Uint8Array): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')) as Record<
    string,
    unknown
  >;
}
