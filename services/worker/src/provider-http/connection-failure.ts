import { OutboundError } from '#libs/outbound';
import { ProviderFailure } from '../providers/provider-failure.js';

/** Turns what undici throws into a classified failure; an abort keeps the reason its caller gave. */
export function connectionFailure(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof ProviderFailure) return error;
  if (error instanceof OutboundError)
    return new ProviderFailure('connection', `the provider may not be called: ${error.message}`, { cause: error });
  const code = (error as { code?: unknown }).code;
  const what = typeof code === 'string' ? code : (error as Error).name;
  return new ProviderFailure('connection', `the provider could not be reached (${what})`, { cause: error });
}
