import type { Provider, ProviderKind, ProviderSurroundings } from '../providers/provider.js';
import { CredentialPool } from './credential-pool.js';
import { RotatingProvider, type RotationListener } from './rotating-provider.js';

/** What a provider is made of, besides its kind. */
export interface ProviderMaterial {
  readonly options: unknown;
  readonly credentials: readonly string[];
  readonly surroundings: ProviderSurroundings;
  readonly onRotation: RotationListener;
}

/** Makes a provider of a kind, whose folder need not know that there may be several credentials. */
export function createProvider(kind: ProviderKind, material: ProviderMaterial): Provider {
  const { options, credentials, surroundings, onRotation } = material;
  const [first, ...others] = credentials;
  const withCredential = (credential: string | undefined) => kind.create(options, credential, surroundings);
  if (others.length === 0) return withCredential(first);
  const providers = [withCredential(first), ...others.map(withCredential)] as const;
  return new RotatingProvider([...providers], new CredentialPool(credentials.length), onRotation);
}
