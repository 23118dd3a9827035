import type { Detection, Detector } from '../detection.js';

/** Verb, distance, object: words of attempts to put other instructions in the place of those given. Distances are bounded. */
const ATTEMPTS: readonly RegExp[] = [
  /\b(?:ignore|disregard|forget|override|bypass)\b[^.!?\n]{0,30}\b(?:previous|prior|above|earlier|preceding|all|any|your|system|the)\b[^.!?\n]{0,30}\b(?:instructions?|prompts?|rules?|guidelines?|directives?|context)\b/gi,
  /\b(?:reveal|show|print|repeat|output|tell me|give me|leak)\b[^.!?\n]{0,30}\b(?:system prompt|hidden prompt|initial instructions?|developer message|your instructions)\b/gi,
  /\byou are (?:now |no longer )[^.!?\n]{0,40}\b(?:dan|jailbroken|unrestricted|unfiltered|bound by)\b/gi,
  /\b(?:developer|god|debug|jailbreak|dan) mode\b[^.!?\n]{0,20}\b(?:on|enabled|activated?)\b/gi,
  /\b(?:pretend|act as if|imagine)\b[^.!?\n]{0,40}\b(?:no (?:rules|restrictions|limits|filters|guidelines)|without (?:any )?(?:rules|restrictions|filters))\b/gi,
  /\bdo not (?:follow|obey)\b[^.!?\n]{0,30}\b(?:instructions?|rules?|guidelines?|system prompt)\b/gi,
  /<\|(?:im_start|im_end|system|endoftext)\|>|\[\/?(?:INST|SYS)\]|<<\/?SYS>>|^\s*#{2,}\s*(?:system|instruction)s?\s*:/gim,
  /\b(?:ignoriere|vergiss|missachte)\b[^.!?\n]{0,30}\b(?:bisherigen?|vorherigen?|obigen?|alle[ns]?|deine)\b[^.!?\n]{0,30}\b(?:anweisungen|regeln|instruktionen|vorgaben)\b/gi,
  /\b(?:ignore[sz]?|oublie[sz]?)\b[^.!?\n]{0,30}\b(?:instructions?|consignes?|règles)\b[^.!?\n]{0,20}\b(?:précédentes?|ci-dessus|antérieures?)/gi,
  /\b(?:ignora|olvida)\b[^.!?\n]{0,30}\b(?:instrucciones|reglas|istruzioni|regole)\b/gi,
];

/**
 * A screen for sentences that try to take the model away from its instructions, by known forms in five languages. It catches what
 * is copied and pasted, not what is new; for more, ask a model or a service of your own.
 */
export const findInjections: Detector = (text) => {
  const found: Detection[] = [];
  for (const attempt of ATTEMPTS) {
    for (const { 0: match, index: start } of text.matchAll(attempt)) {
      found.push({ start, end: start + match.length, class: 'custom' });
    }
  }
  return found;
};
