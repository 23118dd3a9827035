import type { Wishes } from '#libs/contracts';
import { headerError, headerNumber } from './header-error.js';

/** LiteLLM's header for further calls after a failure. */
export const LITELLM_RETRIES = 'x-litellm-num-retries';

const MOST_RETRIES = 5;

/** The retries that LiteLLM's header asks for, five at most. @throws DialectError 400 for what is no whole number. */
export function wishesOfRetries(text: string): Pick<Wishes, 'retries'> {
  const attempts = headerNumber(LITELLM_RETRIES, text);
  if (!Number.isInteger(attempts)) throw headerError(LITELLM_RETRIES, 'it must be a whole number');
  return { retries: { attempts: Math.min(attempts, MOST_RETRIES) } };
}
