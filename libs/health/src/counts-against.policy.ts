import type { Attempt, ErrorClass } from '#libs/contracts';

/**
 * What a target is to blame for; an account without money serves nobody. A full rate limit, a bad request, a limit that a caller set
 * or an end of our own making says nothing of its health. Nor does what is not found or not permitted: that may be a file, a tool or an
 * operation of one request, and must not take the target from everybody else.
 */
const BLAMED: ReadonlySet<ErrorClass> = new Set([
  'authentication',
  'quota',
  'overloaded',
  'server_error',
  'first_byte_timeout',
  'idle_timeout',
  'connection',
  'cut_stream',
  'bad_answer',
]);

/** How an attempt bears on what is thought of its target. */
export function bearing({ outcome, errorClass }: Pick<Attempt, 'outcome' | 'errorClass'>): 'good' | 'bad' | 'none' {
  if (outcome === 'succeeded') return 'good';
  if (outcome !== 'failed' || errorClass === undefined) return 'none';
  return BLAMED.has(errorClass) ? 'bad' : 'none';
}
