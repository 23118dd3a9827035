export { KeyProvider, KeyProviderError } from './key-provider.js';
export type { KeyContext } from './key-provider.js';
export { openKeyProvider } from './open-key-provider.js';
