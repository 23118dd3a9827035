import { eventFacts, type ErrorClass, type Facts, type RequestEnded } from '#libs/contracts';

/** The two ways a job ends that nobody was called for. */
export type UnpublishedEnding = 'cancelled' | 'expired';

const ERRORS = {
  cancelled: {
    class: 'cancelled',
    status: 499,
    code: 'job_cancelled',
    message: 'The job was cancelled before it ran.',
  },
  expired: { class: 'expired', status: 408, code: 'job_expired', message: 'The job expired before it could run.' },
} as const satisfies Record<UnpublishedEnding, { class: ErrorClass; status: number; code: string; message: string }>;

/** The terminal event of a job that never ran: no attempt, no cost, no answer. */
export function neverRanEvent(facts: Facts, outcome: UnpublishedEnding, endedAt: number): RequestEnded {
  return { ...eventFacts(facts), outcome, endedAt, attempts: [], error: ERRORS[outcome] };
}
