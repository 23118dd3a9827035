import { AwsKmsKeyProvider, type AwsKmsSettings } from './aws-kms-key-provider.js';
import { FileKeyProvider } from './file-key-provider.js';
import type { KeyProvider } from './key-provider.js';
import { VaultKeyProvider, type VaultSettings } from './vault-key-provider.js';

/** Where the master key of payloads is. */
export type KeyProviderSettings =
  | { readonly kind: 'file'; readonly path: string }
  | ({ readonly kind: 'aws-kms' } & AwsKmsSettings)
  | ({ readonly kind: 'vault' } & VaultSettings);

/** The provider that the settings name; nobody is called yet. */
export function openKeyProvider(settings: KeyProviderSettings): KeyProvider {
  if (settings.kind === 'file') return new FileKeyProvider(settings.path);
  return settings.kind === 'vault' ? new VaultKeyProvider(settings) : new AwsKmsKeyProvider(settings);
}
