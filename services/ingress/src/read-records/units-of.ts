import type { Usage } from '#libs/contracts';

const MILLISECONDS_PER_SECOND = 1_000;

/** What was used besides plain tokens, in the API's own words; what was not used is absent. */
export function unitsOf(count: (name: keyof Usage) => number): Record<string, number> {
  const counts = {
    cache_write_1h_prompt_tokens: count('cacheWrite1hPromptTokens'),
    images: count('images'),
    audio_seconds: count('audioMilliseconds') / MILLISECONDS_PER_SECOND,
    characters: count('characters'),
    searches: count('searches'),
    web_searches: count('webSearches'),
  };
  return Object.fromEntries(Object.entries(counts).filter(([, used]) => used > 0));
}
