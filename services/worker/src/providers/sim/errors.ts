import { SimulatedCutError } from '#libs/simulation';
import { ProviderFailure } from '../provider-failure.js';

/** Turns a planned cut into the failure that a broken connection would be; an abort keeps the reason its caller gave. */
export function cutFailure(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  return error instanceof SimulatedCutError
    ? new ProviderFailure('cut_stream', error.message, { cause: error })
    : error;
}
