import type { ReplyError } from '#libs/contracts';
import { MessagingError } from '../messaging-error.js';
import { QueryRefused } from '../query-refused.js';

const UNKEEPABLE = {
  status: 400,
  code: 'invalid_query',
  message:
    'A value cannot be kept: it is out of range, no valid date or text with a NUL or half of a surrogate pair in it.',
} as const;

/** Postgres says by class 22 of its states that a value is none that its type has. */
function isDataException(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && /^22[0-9A-Z]{3}$/.test(error.code)
  );
}

/** What the asker of a query is told of the error that it ended with. */
export function refusalOf(error: unknown): ReplyError {
  if (error instanceof QueryRefused) return error.reply;
  if (error instanceof Error && 'retryable' in error && error.retryable === true) {
    return {
      status: 503,
      code: 'temporarily_unavailable',
      message: 'The records cannot be reached now; try again in a moment.',
    };
  }
  if (error instanceof MessagingError && error.code === 'gone') {
    return {
      status: 503,
      code: 'body_unavailable',
      message: 'What the query carries is no longer kept on its way inside Switchyard; send it again.',
    };
  }
  if (isDataException(error)) return { ...UNKEEPABLE };
  return { status: 500, code: 'internal_error', message: 'The query failed inside Switchyard; its log says why.' };
}
