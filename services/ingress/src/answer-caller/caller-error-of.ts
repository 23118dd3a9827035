import type { AnswerHead } from '#libs/contracts';
import type { CallerError } from '#libs/dialects';

/** What the head of an answer that failed tells its caller. */
export function callerErrorOf({ status, error }: AnswerHead): CallerError {
  if (!error) return { status, code: 'internal_error', message: 'The call failed without a reason.' };
  const { code, message, param = null } = error;
  return { status, code, message, param };
}
