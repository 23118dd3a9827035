import type { SharedV4ProviderOptions } from '@ai-sdk/provider';
import type { RequestLosses } from '../../translation/request-losses.js';
import type { CacheControl } from './block-schemas.js';

/** A cache mark in the words of the providers that have such marks; the others cache by themselves, or not at all. */
export function cacheOptions(mark: CacheControl, losses: RequestLosses): SharedV4ProviderOptions | undefined {
  if (!mark) return undefined;
  losses.addUnless(['anthropic', 'amazon-bedrock'], "'cache_control' marks are not known to this provider.");
  const ttl = mark.ttl ? { ttl: mark.ttl } : {};
  return {
    anthropic: { cacheControl: { type: 'ephemeral', ...ttl } },
    amazonBedrock: { cachePoint: { type: 'default', ...ttl } },
  };
}

/** The member `providerOptions` of a part, absent where there are no options. */
export function withOptions(...all: readonly (SharedV4ProviderOptions | undefined)[]): {
  providerOptions?: SharedV4ProviderOptions;
} {
  const merged: SharedV4ProviderOptions = {};
  for (const options of all)
    for (const [provider, members] of Object.entries(options ?? {}))
      merged[provider] = { ...merged[provider], ...members };
  return Object.keys(merged).length === 0 ? {} : { providerOptions: merged };
}
