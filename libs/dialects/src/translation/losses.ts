import type { SharedV4Warning } from '@ai-sdk/provider';
import type { UnsupportedPolicy } from '#libs/contracts';
import { Untranslatable } from './untranslatable.js';

/** Refuses a call under the policy `reject` where something would be lost. @throws Untranslatable */
export function refuseLosses(warnings: readonly string[], policy: UnsupportedPolicy): void {
  if (policy === 'reject' && warnings.length > 0) throw new Untranslatable(warnings.join(' '));
}

/** A warning of a provider package as one sentence for callers. */
export function sentenceOf(warning: SharedV4Warning): string {
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
