const MASK = '[redacted]';

/** What a credential looks like, wherever it stands. */
const CREDENTIALS = new RegExp(
  [
    String.raw`\bsk[-_][A-Za-z0-9_-]{8,}`, // OpenAI, Anthropic, OpenRouter, Stripe
    String.raw`\bsy_[A-Za-z0-9_-]{4,}`, // our own
    String.raw`\b(?:gsk_|xai-|pplx-|csk-|fw_|r8_|hf_|ghp_|github_pat_|nvapi-)[A-Za-z0-9_-]{8,}`,
    String.raw`\bAIza[A-Za-z0-9_-]{20,}`, // Google
    String.raw`\b(?:AKIA|ASIA)[A-Z0-9]{16}\b`, // AWS
    String.raw`\bS[UAON][A-Z2-7]{56}\b`, // NATS seeds
    String.raw`\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*`, // JSON web tokens
  ].join('|'),
  'g',
);
const AUTHORIZATION = /\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=:-]{4,}/gi;
/** Greedy up to the last `@` before a slash or space, since a password may hold an `@` itself. */
const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s:@/]*):[^\s/]+@/gi;
const NAMED_SECRET =
  /((?:api[-_]?key|access[-_]?key|secret|password|passwd|token|signature|\bkey)["']?\s*[=:]\s*["']?)[^\s"'&,;})\]]{4,}/gi;

/** Read beyond the limit, so that a credential the limit cuts in two is still recognised. */
const LOOK_AHEAD_LENGTH = 512;

/**
 * The text, cut to `lengthLimit` characters, with everything masked that looks like a credential: provider keys
 * (`sk-…`), our own (`sy_…`), `Bearer …`, passwords in URLs, `api_key=…` and the like, NATS seeds, JSON web tokens. It
 * cannot know a prompt: never pass one.
 */
export function scrubText(text: string, lengthLimit = 2_000): string {
  let clean = text.length > lengthLimit ? text.slice(0, lengthLimit + LOOK_AHEAD_LENGTH) : text;
  // Most values are short plain words; the questions before each pattern keep those cheap.
  if (clean.includes('://')) clean = clean.replace(URL_PASSWORD, `$1:${MASK}@`);
  if (clean.includes(' ')) clean = clean.replace(AUTHORIZATION, `$1 ${MASK}`);
  if (clean.length > 6) clean = clean.replace(CREDENTIALS, MASK);
  if (clean.includes('=') || clean.includes(':')) clean = clean.replace(NAMED_SECRET, `$1${MASK}`);
  return clean.slice(0, lengthLimit);
}
