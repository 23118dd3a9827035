import { classifyAnthropicError, type ClassifiedError } from '#libs/dialects';
import { classifyGoogleError } from '../../provider-http/classify-google-error.js';

/** What an error answer means: Anthropic's models refuse in their own words, all else in those of all Google APIs. */
export function classify(status: number, body: string): ClassifiedError {
  return isOfAnthropic(body) ? classifyAnthropicError(status, body) : classifyGoogleError(status, body);
}

function isOfAnthropic(body: string): boolean {
  try {
    return (JSON.parse(body) as { type?: unknown } | null)?.type === 'error';
  } catch {
    return false;
  }
}
