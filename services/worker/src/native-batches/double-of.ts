import type { Provider, ProviderKind } from '../providers/provider.js';
import { ProviderFailure } from '../providers/provider-failure.js';
import { RecordedExchange } from './recorded-exchange.js';

/** What the double of a provider is made of; it needs a credential as the provider does, and sends it to nobody. */
export interface DoubleMaterial {
  readonly options: unknown;
  readonly credentials: readonly string[];
}

/** A provider of the same kind that calls nobody, and fetches nothing: when the answer comes, the file may be gone. */
export function doubleOf(
  kind: ProviderKind,
  { options, credentials }: DoubleMaterial,
): { double: Provider; exchange: RecordedExchange } {
  const exchange = new RecordedExchange();
  const fetchFile = () =>
    Promise.reject(
      new ProviderFailure('unsupported', 'requests with files that must be fetched are no part of a batch'),
    );
  return { double: kind.create(options, credentials[0], { fetchFile, agent: exchange }), exchange };
}
