import type { RequestLosses } from '../../translation/request-losses.js';
import type { TranslatableRequest } from './request-shape.js';

/** Fields that are read elsewhere, or that say nothing to a model. */
const READ = new Set(
  (
    'model messages stream stream_options tools tool_choice functions function_call parallel_tool_calls response_format ' +
    'reasoning_effort reasoning max_tokens max_completion_tokens temperature top_p top_k stop seed presence_penalty ' +
    'frequency_penalty n user safety_identifier prompt_cache_key service_tier modalities logprobs top_logprobs ' +
    // How a request is to be routed and what its answer is to tell is read before it gets here.
    'models fallbacks provider route session_id usage'
  ).split(' '),
);

/** What a field of an answer that nobody can give would have been asked by: values that ask for nothing lose nothing. */
const asksForNothing = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === false ||
  (typeof value === 'object' && Object.keys(value).length === 0);

/** Warns of every field that no provider of another dialect gets, known or not. */
export function warnOfFields(request: TranslatableRequest, losses: RequestLosses): void {
  if ((request.n ?? 1) > 1) losses.add(`'n' is not known to this provider; one answer is given.`);
  if (request.modalities?.includes('audio')) losses.add(`'modalities' cannot ask this provider for audio.`);
  if (request.reasoning?.exclude) losses.add(`'reasoning.exclude' is not followed; the answer holds its reasoning.`);
  for (const [field, value] of Object.entries(request)) {
    if (READ.has(field) || asksForNothing(value)) continue;
    losses.add(`'${field.slice(0, 100)}' is not known to this provider.`);
  }
}
