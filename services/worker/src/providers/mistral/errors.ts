import { classOfStatus } from '#libs/dialects';
import type { ErrorClass } from '#libs/contracts';
import type { ClassifiedError } from '#libs/dialects';

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
