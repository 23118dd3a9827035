import type { Candidacy } from './candidacy.js';

/** Whether one of the names, in lower case, is the configured name of the candidate's provider, or its kind. */
export function isNamed(names: readonly string[], { entry, provider }: Pick<Candidacy, 'entry' | 'provider'>): boolean {
  return names.includes(entry.provider) || (provider !== undefined && names.includes(provider.kind));
}
