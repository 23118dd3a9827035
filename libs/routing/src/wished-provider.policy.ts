import type { PlacedTarget } from './placed-target.js';

/** Whether one of the names, in lower case, is the configured name of the target's provider, or its kind. */
export function isNamed(names: readonly string[], { entry, provider }: PlacedTarget): boolean {
  return names.includes(entry.provider) || (provider !== undefined && names.includes(provider.kind));
}
