import type { Attempt, ErrorClass } from '#libs/contracts';

/**
 * What a target is to blame for; an account without money serves nobody. A full rate limit, a bad request or an end of our own
 * making says nothing of its health.
 */
const BLAMED: ReadonlySet<ErrorClass> = new Set([
  'authentication',
  'permission',
  'not_found',
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
