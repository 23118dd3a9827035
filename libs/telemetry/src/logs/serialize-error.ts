import { types } from 'node:util';
import { scrubText } from './scrub-text.js';

const CAUSE_DEPTH_LIMIT = 5;
const MESSAGE_LENGTH_LIMIT = 1_000;
const STACK_LENGTH_LIMIT = 4_000;

/** All that is ever logged of an error. */
export interface SerializedError {
  name: string;
  message: string;
  code?: string | number;
  stack?: string;
  cause?: SerializedError;
}

/**
 * An error for logs and spans: name, message, code, stack and causes, scrubbed and cut to size, and nothing else, since
 * errors of undici and pg carry request bodies, query parameters and rows. Pieces of input that parsers quote in their
 * messages are cut out. Of a thrown value that is no error only the type is told.
 */
export function serializeError(error: unknown, depth = 0): SerializedError {
  // Not instanceof: an error of another realm (a vm context, a test runner) is an error too.
  if (!types.isNativeError(error))
    return { name: 'NotAnError', message: `A value of type ${typeof error} was thrown.` };
  const message = cleanMessage(error);
  const serialized: SerializedError = { name: scrubText(error.name, 100), message };
  const code = 'code' in error ? error.code : undefined;
  if (typeof code === 'number') serialized.code = code;
  if (typeof code === 'string') serialized.code = scrubText(code, 100);
  const frames = framesOf(error);
  if (frames !== '') serialized.stack = `${serialized.name}: ${message}\n${frames}`;
  if (error.cause !== undefined && error.cause !== null && depth < CAUSE_DEPTH_LIMIT) {
    serialized.cause = serializeError(error.cause, depth + 1);
  }
  return serialized;
}

function cleanMessage(error: Error): string {
  // Bounded before the patterns below run over it: a message may hold a whole response.
  let message = error.message.slice(0, 2 * MESSAGE_LENGTH_LIMIT);
  // V8 quotes what it could not parse: Unexpected token 'T', "Tell me ab"... is not valid JSON
  if (error.name === 'SyntaxError') message = message.replace(/".*"|".*$|'[^']*'/gs, '[input]');
  // Postgres quotes the value it refused: invalid input syntax for type uuid: "…"
  if ('severity' in error) message = message.replace(/: ".*/gs, ': [value]');
  return scrubText(message, MESSAGE_LENGTH_LIMIT);
}

/** Only the `at …` lines: the head of a stack repeats the message as it was before it was cleaned. */
function framesOf(error: Error): string {
  const lines = (error.stack ?? '').split('\n');
  return scrubText(lines.filter((line) => /^\s+at .*[:(<]/.test(line)).join('\n'), STACK_LENGTH_LIMIT);
}
