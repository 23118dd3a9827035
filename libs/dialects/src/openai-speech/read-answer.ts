import type { AnswerFacts } from '../caller-dialect.js';
import { playedMilliseconds } from './played-milliseconds.js';

/** What audio never calls itself; a page of an error answered with status 200 does. */
const NO_AUDIO = /^\s*(?:text\/|application\/(?:json|xml|xhtml))/i;

/**
 * Any bytes may be audio, and what of them can be read has a length. Undefined for none at all, and for those that say themselves
 * that they are text.
 */
export function readSpeechAnswer(body: Uint8Array, contentType: string): AnswerFacts | undefined {
  if (body.length === 0 || NO_AUDIO.test(contentType)) return undefined;
  const audioMilliseconds = playedMilliseconds(body, contentType);
  if (audioMilliseconds === undefined) return { characters: 0 };
  return { characters: 0, usage: { promptTokens: 0, completionTokens: 0, audioMilliseconds } };
}
