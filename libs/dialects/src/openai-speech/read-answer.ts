import type { AnswerFacts } from '../caller-dialect.js';

/** What audio never calls itself; a page of an error answered with status 200 does. */
const NO_AUDIO = /^\s*(?:text\/|application\/(?:json|xml|xhtml))/i;

/** Any bytes may be audio. Undefined for none at all, and for those that say themselves that they are text. */
export function readSpeechAnswer(body: Uint8Array, contentType: string): AnswerFacts | undefined {
  return body.length === 0 || NO_AUDIO.test(contentType) ? undefined : { characters: 0 };
}
