import type { SharedV4Warning } from '@ai-sdk/provider';
import type { UnsupportedPolicy, Usage } from '#libs/contracts';
import { Untranslatable } from './untranslatable.js';

/**
 * Refuses a call under the policy `reject` where something would be lost. `usage` is what the provider says it used, where it
 * has been called already.
 * @throws Untranslatable
 */
export function refuseLosses(warnings: readonly string[], policy: UnsupportedPolicy, usage?: Usage): void {
  if (policy === 'reject' && warnings.length > 0) throw new Untranslatable(warnings.join(' '), usage);
}

/** What callers call the settings that provider packages name in their own way. */
const CALLERS_WORDS: Readonly<Record<string, string>> = {
  maxOutputTokens: 'max_tokens or max_output_tokens',
  topK: 'top_k',
  topP: 'top_p',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  stopSequences: 'stop',
  toolChoice: 'tool_choice',
  responseFormat: 'response_format',
};
const PACKAGE_WORD = new RegExp(`\\b(?:${Object.keys(CALLERS_WORDS).join('|')})\\b`, 'g');

/**
 * The warnings of a provider package as sentences for callers. One who set no limit for the answer loses nothing by the limit
 * that a package sets where an API demands one.
 */
export function lossesIn(
  warnings: readonly SharedV4Warning[],
  { maxOutputTokens }: { readonly maxOutputTokens?: number | undefined },
): string[] {
  const isAboutLimit = (warning: SharedV4Warning): boolean =>
    'feature' in warning && warning.feature === 'maxOutputTokens';
  return warnings.filter((warning) => maxOutputTokens !== undefined || !isAboutLimit(warning)).map(sentenceOf);
}

/** A warning of a provider package as one sentence for callers, in whose words the settings are named. */
export function sentenceOf(warning: SharedV4Warning): string {
  return packageSentence(warning).replace(PACKAGE_WORD, (word) => CALLERS_WORDS[word] ?? word);
}

function packageSentence(warning: SharedV4Warning): string {
  if (warning.type === 'other') return warning.message;
  if (warning.type === 'deprecated') return `${warning.setting}: ${warning.message}`;
  const what = warning.type === 'unsupported' ? 'is not supported by the model' : 'is only approximated by the model';
  return `'${warning.feature}' ${what}${warning.details === undefined ? '.' : `: ${warning.details}`}`;
}

/** A sentence for every field of a request that has a value and no place in the provider's terms. */
export function lostFields(request: object, carried: readonly string[]): string[] {
  return Object.entries(request)
    .filter(([name, value]) => value !== null && value !== undefined && !carried.includes(name))
    .map(([name]) => `'${name.slice(0, 100)}' cannot be carried to this provider.`);
}
