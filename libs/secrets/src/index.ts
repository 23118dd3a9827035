export { sealCredential, openCredential } from './credential-seal.js';
export type { SealContext } from './credential-seal.js';
export { KeyHasher } from './key-hasher.js';
export { fingerprint } from './fingerprint.js';
export { newKey } from './new-key.js';
export { sha256Hex } from './sha256-hex.js';
export { SecretError } from './secret-error.js';
export type { SecretErrorCode } from './secret-error.js';
