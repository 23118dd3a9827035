/** One message of a chat request: its role and its text parts (images and other parts have no text and are left out). */
export interface ChatMessage {
  readonly role: string;
  readonly texts: readonly string[];
}

/** What the simulation reads of an OpenAI Chat Completions request; every other field is ignored. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly lastUserText: string;
  /** `max_completion_tokens` or else `max_tokens`; Infinity when neither was sent. */
  readonly maximumTokens: number;
  readonly choiceCount: number;
  readonly stop: readonly string[];
  readonly isStream: boolean;
  readonly includesUsage: boolean;
  readonly seed: number;
}

/** Names the field of a chat request that cannot be used and why; answered as status 400 by the sim provider. */
export class ChatRequestError extends Error {
  override readonly name = 'ChatRequestError';
  readonly isRetryable = false;

  constructor(
    message: string,
    readonly parameter: string | null,
  ) {
    super(message);
  }
}

const MAXIMUM_CHOICES = 128;

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readTexts(content: unknown, parameter: string): readonly string[] {
  if (typeof content === 'string') return [content];
  if (content === null || content === undefined) return [];
  if (!Array.isArray(content)) throw new ChatRequestError(`${parameter} must be a string or an array.`, parameter);
  return content.flatMap((part: unknown) => (isObject(part) && typeof part.text === 'string' ? [part.text] : []));
}

function readMessages(value: unknown): ChatMessage[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new ChatRequestError('messages must be an array with at least one message.', 'messages');
  }
  return value.map((message: unknown, index) => {
    const parameter = `messages[${index}]`;
    if (!isObject(message) || typeof message.role !== 'string') {
      throw new ChatRequestError(`${parameter} must be an object with a role.`, parameter);
    }
    return { role: message.role, texts: readTexts(message.content, `${parameter}.content`) };
  });
}

function readInteger(fields: Fields, parameter: string, maximum: number): number | undefined {
  const value = fields[parameter];
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= maximum) return value;
  throw new ChatRequestError(`${parameter} must be a whole number from 1 to ${maximum}.`, parameter);
}

function readStop(value: unknown): readonly string[] {
  if (value === null || value === undefined) return [];
  const stops: unknown[] = Array.isArray(value) ? value : [value];
  if (stops.every((stop): stop is string => typeof stop === 'string')) return stops.filter((stop) => stop !== '');
  throw new ChatRequestError('stop must be a string or an array of strings.', 'stop');
}

/**
 * Reads a parsed JSON body as a chat request for `model` (which counts instead of the body's own field, since a router
 * may have renamed it). Throws a `ChatRequestError` for what the OpenAI API would refuse in the fields read here.
 */
export function readChatRequest(model: string, body: unknown): ChatRequest {
  if (!isObject(body)) throw new ChatRequestError('The body must be a JSON object.', null);
  const messages = readMessages(body.messages);
  const maximum = Number.MAX_SAFE_INTEGER;
  return {
    model,
    messages,
    lastUserText: messages.findLast((message) => message.role === 'user')?.texts.join('\n') ?? '',
    maximumTokens:
      readInteger(body, 'max_completion_tokens', maximum) ?? readInteger(body, 'max_tokens', maximum) ?? Infinity,
    choiceCount: readInteger(body, 'n', MAXIMUM_CHOICES) ?? 1,
    stop: readStop(body.stop),
    isStream: body.stream === true,
    includesUsage: isObject(body.stream_options) && body.stream_options.include_usage === true,
    seed: typeof body.seed === 'number' ? body.seed : 0,
  };
}
