export { KeyProvider, KeyProviderError } from './key-provider.js';
export type { KeyContext, KeyProviderErrorCode } from './key-provider.js';
export { openKeyProvider } from './open-key-provider.js';
export type { KeyProviderSettings } from './open-key-provider.js';
