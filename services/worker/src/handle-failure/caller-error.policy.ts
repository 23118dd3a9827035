import type { AnswerHead, ErrorClass } from '#libs/contracts';

/** What the caller sees of a class of failure that nothing cured. */
interface Handling {
  readonly status: number;
  readonly code: string;
  /** What the caller is told; where `quotesProvider`, the provider's own sentence follows. */
  readonly sentence: string;
  readonly quotesProvider: boolean;
}

const told = (status: number, code: string, sentence: string): Handling => ({
  status,
  code,
  sentence,
  quotesProvider: false,
});
const quoted = (handling: Handling): Handling => ({ ...handling, quotesProvider: true });

const HANDLING: Readonly<Record<ErrorClass, Handling>> = {
  authentication: told(
    502,
    'provider_authentication_failed',
    'Provider authentication failed; an operator must check its key.',
  ),
  permission: told(
    502,
    'provider_permission_denied',
    'The provider refused permission; an operator must check its key.',
  ),
  not_found: told(
    502,
    'provider_model_not_found',
    'The provider does not know the model it was configured with, or does not serve this kind of call.',
  ),
  invalid_request: quoted(told(400, 'invalid_request', 'The provider refused the request as invalid')),
  context_too_long: quoted(told(400, 'context_length_exceeded', 'The request is longer than the model can take')),
  content_filter: quoted(told(400, 'content_filter', "The provider's content filter refused the request")),
  rate_limit: told(429, 'rate_limit_exceeded', 'Every provider of this model is at its rate limit; try again later.'),
  quota: told(503, 'provider_quota_exhausted', 'The provider account has no quota left; an operator must look.'),
  overloaded: told(503, 'provider_overloaded', 'Every provider of this model is overloaded; try again in a moment.'),
  server_error: told(502, 'provider_error', 'The provider failed with an error of its own.'),
  first_byte_timeout: told(504, 'provider_timeout', 'The provider did not begin to answer in time.'),
  idle_timeout: told(504, 'provider_timeout', 'The provider fell silent in the middle of its answer.'),
  total_timeout: told(504, 'provider_timeout', 'The call took longer than its total time limit.'),
  attempt_timeout: told(
    504,
    'provider_timeout',
    'No provider of this model answered within the time that the request allows for each attempt.',
  ),
  connection: told(502, 'provider_unreachable', 'The provider could not be reached.'),
  cut_stream: told(502, 'provider_stream_cut', 'The provider cut its answer before the end.'),
  bad_answer: told(502, 'provider_bad_answer', 'The provider sent something that is not an answer.'),
  cancelled: told(499, 'cancelled', 'The caller left before the answer was complete.'),
  no_eligible_target: told(404, 'no_eligible_target', 'No target may serve this request.'),
  delivery_limit: told(500, 'delivery_limit', 'The request was tried too often without an end.'),
  worker_lost: told(
    502,
    'worker_lost',
    'Nothing more was heard from the process that made the call; whether the provider answered is unknown.',
  ),
  expired: told(408, 'expired', 'The request expired before it ran.'),
  unsupported: quoted(told(400, 'unsupported_by_model', 'The model cannot do what the request asks for')),
  target_busy: told(503, 'target_busy', 'Every provider of this model has all the calls under way that are allowed.'),
  target_unhealthy: told(
    503,
    'targets_unavailable',
    'Every provider of this model is failing at present; try again in a moment.',
  ),
  body_unavailable: told(
    503,
    'body_unavailable',
    'The request could not be read on its way inside Switchyard; send it again.',
  ),
};

/** A class of failure in our own words alone. */
export function sentenceOf(errorClass: ErrorClass): string {
  const { sentence, quotesProvider } = HANDLING[errorClass];
  return quotesProvider ? `${sentence}.` : sentence;
}

/**
 * What the caller of a failed request sees; `detail` is the provider's own sentence, or ours where we refused with a code of our
 * own.
 */
export function callerErrorOf(
  errorClass: ErrorClass,
  detail: string,
  refusal?: { readonly code: string; readonly param: string | null },
): { status: number; error: NonNullable<AnswerHead['error']> } {
  const { status, code, sentence, quotesProvider } = HANDLING[errorClass];
  if (refusal) {
    const param = refusal.param === null ? {} : { param: refusal.param };
    return { status, error: { class: errorClass, code: refusal.code, message: detail, ...param } };
  }
  const message = quotesProvider ? `${sentence}: ${detail || 'it gave no reason'}` : sentence;
  return { status, error: { class: errorClass, code, message } };
}
