import { googleStreamErrors } from './classify-google-error.js';
import { askingForLogprobs, logprobsIn } from './google-logprobs.js';
import { laterSystemMessages } from './later-system-messages.js';
import type { Mending } from './mend-model.js';

/**
 * What Gemini's packages do not see to. Gemini gets URLs of the web by itself; those of Google's own services it would get
 * with our rights instead of the caller's, so they are fetched as anybody would. `endpoint` is where the models answer.
 */
export function googleMending(endpoint: string): Mending {
  const own = new URL(endpoint).origin.replaceAll(/[.[\]]/g, String.raw`\$&`);
  const others = `^(?!gs:|https?://[^/?#]*googleapis\\.com|${own})`;
  return {
    call: (options, warn) => askingForLogprobs(laterSystemMessages(options, warn)),
    probabilitiesIn: logprobsIn,
    errors: googleStreamErrors,
    urls: (urls) =>
      Object.fromEntries(
        Object.entries(urls).map(([mediaType, patterns]) => [
          mediaType,
          patterns.map(({ source, flags }) => new RegExp(`${others}(?:${source})`, flags)),
        ]),
      ),
  };
}
