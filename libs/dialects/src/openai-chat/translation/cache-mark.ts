import type { SharedV4ProviderOptions } from '@ai-sdk/provider';
import type { RequestLosses } from '../../translation/request-losses.js';
import type { CacheControl } from './request-shape.js';

/** A `cache_control` mark in the options of the providers that take such marks; the others cache by themselves, or not at all. */
export function cacheMark(
  mark: CacheControl | null | undefined,
  losses: RequestLosses,
): SharedV4ProviderOptions | undefined {
  if (!mark) return undefined;
  const ttl = mark.ttl ? { ttl: mark.ttl } : {};
  losses.addUnless(['anthropic', 'amazon-bedrock'], `'cache_control' marks are not known to this provider.`);
  return {
    anthropic: { cacheControl: { type: 'ephemeral', ...ttl } },
    amazonBedrock: { cachePoint: { type: 'default', ...ttl } },
  };
}
