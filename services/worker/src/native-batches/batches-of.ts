import type { NativeBatches } from '../providers/native-batches.js';
import { ProviderFailure } from '../providers/provider-failure.js';

/** @throws ProviderFailure where the provider has no batch API, or none any more */
export function batchesOf(batches: NativeBatches | undefined, provider: string): NativeBatches {
  if (!batches) throw new ProviderFailure('unsupported', `the provider '${provider}' has no batch API`);
  return batches;
}
