import { classOfStatus } from '#libs/dialects';
import type { ErrorClass } from '#libs/contracts';
import type { ClassifiedError } from '#libs/dialects';
import type { StreamErrors } from '../../provider-http/stream-failures.js';

const MOST_MESSAGE_CHARACTERS = 500;
/** Cohere's own: the request or the answer held a word of a deny list. */
const BLOCKED = 498;
/** Cohere's own: somebody between closed the request. */
const CLOSED = 499;

/** Classifies an error answer. Its body has a `message` and nothing else to tell one refusal from another. */
export function classify(status: number, body: string): ClassifiedError {
  const message = messageOf(body);
  return { errorClass: classOf(status, message), message: message.slice(0, MOST_MESSAGE_CHARACTERS) };
}

/** How Cohere tells of an error within a stream: an event with the body of a refusal. */
export const streamErrors: StreamErrors = {
  classify(event) {
    const told = (event ?? {}) as WireEvent;
    const sentence = [told.message, told.error].find((words) => typeof words === 'string');
    if (sentence === undefined) return undefined;
    return classify(statusOf(told, sentence), JSON.stringify({ message: sentence }));
  },
};

interface WireEvent {
  message?: unknown;
  error?: unknown;
  status_code?: unknown;
}

/** Where an event tells no status, its sentence is all there is. */
function statusOf({ status_code: status }: WireEvent, sentence: string): number {
  if (typeof status === 'number' && status >= 400) return status;
  return STATUS_OF_SENTENCE.find(([words]) => words.test(sentence))?.[1] ?? 500;
}

const STATUS_OF_SENTENCE: readonly (readonly [RegExp, number])[] = [
  [/rate limit|too many requests|limited to/i, 429],
  [/invalid api token|unauthorized/i, 401],
  [/too many tokens|maximum (context|number of tokens)|token limit|blocked|safety|content filter/i, 400],
  [/unavailable|overloaded/i, 503],
];

function classOf(status: number, message: string): ErrorClass {
  if (status === BLOCKED) return 'content_filter';
  if (status === CLOSED) return 'server_error';
  if (status === 429 && /\/ ?month|monthly|trial key.*exceeded|billing/i.test(message)) return 'quota';
  if (status === 400 || status === 422) {
    if (/too many tokens|maximum (context|number of tokens)|token limit/i.test(message)) return 'context_too_long';
    if (/blocked|safety|content filter/i.test(message)) return 'content_filter';
  }
  return classOfStatus(status);
}

function messageOf(body: string): string {
  try {
    const parsed = JSON.parse(body) as { message?: unknown } | null;
    return typeof parsed?.message === 'string' ? parsed.message : '';
  } catch {
    return '';
  }
}
