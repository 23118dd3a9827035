import type { AnswerHead, ErrorClass } from '#libs/contracts';

/** How a class of failure is handled: whether another target may cure it, and what the caller sees when none did. */
interface Handling {
  readonly mayNextTargetCure: boolean;
  readonly status: number;
  readonly code: string;
  /** What the caller is told; where `quotesProvider`, the provider's own sentence follows. */
  readonly sentence: string;
  readonly quotesProvider: boolean;
}

const cured = (status: number, code: string, sentence: string): Handling => ({
  mayNextTargetCure: true,
  status,
  code,
  sentence,
  quotesProvider: false,
});
const quoted = (handling: Handling): Handling => ({ ...handling, quotesProvider: true });
const final = (handling: Handling): Handling => ({ ...handling, mayNextTargetCure: false });

const HANDLING: Readonly<Record<ErrorClass, Handling>> = {
  authentication: cured(
    502,
    'provider_authentication_failed',
    'Provider authentication failed; an operator must check its key.',
  ),
  permission: cured(
    502,
    'provider_permission_denied',
    'The provider refused permission; an operator must check its key.',
  ),
  not_found: cured(
    502,
    'provider_model_not_found',
    'The provider does not know the model it was configured with, or does not serve this kind of call.',
  ),
  invalid_request: final(quoted(cured(400, 'invalid_request', 'The provider refused the request as invalid'))),
  context_too_long: quoted(cured(400, 'context_length_exceeded', 'The request is longer than the model can take')),
  content_filter: final(quoted(cured(400, 'content_filter', "The provider's content filter refused the request"))),
  rate_limit: cured(429, 'rate_limit_exceeded', 'Every provider of this model is at its rate limit; try again later.'),
  quota: cured(503, 'provider_quota_exhausted', 'The provider account has no quota left; an operator must look.'),
  overloaded: cured(503, 'provider_overloaded', 'Every provider of this model is overloaded; try again in a moment.'),
  server_error: cured(502, 'provider_error', 'The provider failed with an error of its own.'),
  first_byte_timeout: cured(504, 'provider_timeout', 'The provider did not begin to answer in time.'),
  idle_timeout: cured(504, 'provider_timeout', 'The provider fell silent in the middle of its answer.'),
  total_timeout: final(cured(504, 'provider_timeout', 'The call took longer than its total time limit.')),
  connection: cured(502, 'provider_unreachable', 'The provider could not be reached.'),
  cut_stream: cured(502, 'provider_stream_cut', 'The provider cut its answer before the end.'),
  bad_answer: cured(502, 'provider_bad_answer', 'The provider sent something that is not an answer.'),
  cancelled: final(cured(499, 'cancelled', 'The caller left before the answer was complete.')),
  no_eligible_target: final(cured(404, 'no_eligible_target', 'No target may serve this request.')),
  delivery_limit: final(cured(500, 'delivery_limit', 'The request was tried too often without an end.')),
  worker_lost: final(
    cured(502, 'worker_lost', 'The process that made the call is gone; whether the provider answered is unknown.'),
  ),
  expired: final(cured(408, 'expired', 'The request expired before it ran.')),
  unsupported: quoted(cured(400, 'unsupported_by_model', 'The model cannot do what the request asks for')),
  body_unavailable: final(
    cured(503, 'body_unavailable', 'The request could not be read on its way inside Switchyard; send it again.'),
  ),
};

/** Whether it makes sense to send the same request to the plan's next target. */
export function mayNextTargetCure(errorClass: ErrorClass): boolean {
  return HANDLING[errorClass].mayNextTargetCure;
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
