import type { LanguageModelV4GenerateResult } from '@ai-sdk/provider';
import { DialectStreamError } from '../caller-dialect.js';
import { toldUsage } from './told-usage.js';

/**
 * Refuses an answer that the provider broke off, in whatever dialect it would have gone on: it must not pass for a whole one.
 * @throws DialectStreamError that knows what was used nevertheless
 */
export function requireWhole({
  finishReason: { unified, raw },
  usage,
}: Pick<LanguageModelV4GenerateResult, 'finishReason' | 'usage'>): void {
  const why = raw === undefined ? '' : ` (${raw.slice(0, 100)})`;
  if (unified === 'error')
    throw new DialectStreamError('server_error', `the provider ended its answer with an error${why}`, toldUsage(usage));
  if (unified === 'interrupted')
    throw new DialectStreamError('cut_stream', `the answer ended without its end mark${why}`, toldUsage(usage));
}
