import { classOfStatus } from '#libs/dialects';
import type { ErrorClass } from '#libs/contracts';
import type { ClassifiedError } from '#libs/dialects';
import type { StreamErrors } from '../../provider-http/stream-failures.js';

const MOST_MESSAGE_CHARACTERS = 500;

/** `message` is text or a list of what was wrong; some refusals have only a `detail`, as text or such a list. */
interface WireError {
  message?: unknown;
  detail?: unknown;
  type?: unknown;
  code?: unknown;
}

/** Classifies an error answer by its status and, where that is not enough, by its type and words. */
export function classify(status: number, body: string): ClassifiedError {
  const { message, detail, type, code } = readError(body);
  const words = sentenceOf(message) || sentenceOf(detail);
  const marks = [type, code].filter((mark) => typeof mark === 'string').join(' ');
  return { errorClass: classOf(status, marks, words), message: words.slice(0, MOST_MESSAGE_CHARACTERS) };
}

/** How Mistral tells of an error within a stream: an event with the body of a refusal, by itself or as its `error`. */
export const streamErrors: StreamErrors = {
  classify(event) {
    const error = errorIn(event);
    return error === undefined ? undefined : classify(statusOf(error), JSON.stringify(error));
  },
};

function errorIn(event: unknown): WireError | undefined {
  if (typeof event !== 'object' || event === null) return undefined;
  if ('error' in event && event.error) return typeof event.error === 'string' ? { message: event.error } : event.error;
  const { object, message, detail } = event as WireError & { object?: unknown };
  return object === 'error' || message !== undefined || detail !== undefined ? event : undefined;
}

/** Within a stream, what kind of error it is stands in its type alone. */
function statusOf({ type, code, message }: WireError): number {
  const marks = `${String(type)} ${String(code)} ${String(message)}`;
  return STATUS_OF_MARK.find(([mark]) => mark.test(marks))?.[1] ?? 500;
}

const STATUS_OF_MARK: readonly (readonly [RegExp, number])[] = [
  [/capacity_exceeded|rate_?limit|\b429\b/i, 429],
  [/unauthorized|\b401\b/i, 401],
  [/guardrail|content_filter|moderation|context_length|maximum context length|too large for model|invalid_/i, 400],
  [/unavailable|overloaded|\b503\b/i, 503],
];

function classOf(status: number, marks: string, words: string): ErrorClass {
  if (/capacity_exceeded/.test(marks) || /capacity exceeded/i.test(words)) return 'overloaded';
  if (status === 429 && /monthly|credit|billing/i.test(words)) return 'quota';
  if (status >= 500 || status === 401 || status === 429) return classOfStatus(status);
  if (/invalid_model/.test(marks)) return 'not_found';
  if (/too large for model|maximum context length|context_length/i.test(`${marks} ${words}`)) return 'context_too_long';
  if (/guardrail|content_filter|moderation/i.test(`${marks} ${words}`)) return 'content_filter';
  return classOfStatus(status);
}

function sentenceOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(problemOf).filter(Boolean).join('; ');
  return typeof value === 'object' && value !== null && 'detail' in value ? sentenceOf(value.detail) : '';
}

/** One entry of a validation's list: where, and what was wrong there. */
function problemOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return '';
  const { loc, msg } = value as { loc?: unknown; msg?: unknown };
  const place = Array.isArray(loc) ? loc.join('.') : '';
  return typeof msg === 'string' ? `${place}: ${msg}` : '';
}

function readError(body: string): WireError {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}
