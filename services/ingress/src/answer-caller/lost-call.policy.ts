import {
  eventFacts,
  type AnswerHead,
  type Attempt,
  type ErrorClass,
  type Facts,
  type RequestEnded,
} from '#libs/contracts';

/** How a call ends that no worker ended: what the caller is told, and the terminal event. */
export interface LostCall {
  answer: AnswerHead;
  event: RequestEnded;
}

const ENDINGS: Record<
  'nobody_listens' | 'worker_lost' | 'frames_lost',
  { status: number; errorClass: ErrorClass; code: string; message: string }
> = {
  nobody_listens: {
    status: 503,
    errorClass: 'connection',
    code: 'temporarily_unavailable',
    message: 'No router or worker is there to take the call; try again in a moment.',
  },
  frames_lost: {
    status: 502,
    errorClass: 'cut_stream',
    code: 'answer_lost',
    message: 'A part of the answer was lost on its way inside Switchyard; try again.',
  },
  worker_lost: {
    status: 502,
    errorClass: 'worker_lost',
    code: 'worker_lost',
    message:
      'Nothing more was heard from the process that made the call; whether the provider answered is unknown. Try again.',
  },
};

/**
 * Ends a call from the ingress. `head` is the last that a worker said of the call; where there is one, a provider was called,
 * and nobody can know what became of that.
 */
export function lostCall(facts: Facts, why: keyof typeof ENDINGS, head: AnswerHead | undefined): LostCall {
  const { status, errorClass, code, message } = ENDINGS[why];
  return {
    answer: {
      status,
      attempts: head?.attempts ?? 0,
      ...(head?.provider === undefined ? {} : { provider: head.provider }),
      ...(head?.model === undefined ? {} : { model: head.model }),
      error: { class: errorClass, code, message },
    },
    event: {
      ...eventFacts(facts),
      outcome: 'failed',
      endedAt: Date.now(),
      attempts: unknownAttempt(facts, errorClass, head),
      error: { class: errorClass, message, status, code },
    },
  };
}

function unknownAttempt(facts: Facts, errorClass: ErrorClass, head: AnswerHead | undefined): Attempt[] {
  const { provider, model, priceVersion } = head ?? {};
  if (provider === undefined || model === undefined || priceVersion === undefined) return [];
  // When the attempt began, only the lost worker knew.
  const times = { startedAt: facts.receivedAt, durationMilliseconds: 0 };
  return [{ provider, model, priceVersion, ...times, outcome: 'unknown', errorClass }];
}
