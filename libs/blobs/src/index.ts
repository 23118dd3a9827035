export { BlobStore } from './blob-store.js';
export type { BlobLimits, BlobRange, ListedBlob, StoredBlob } from './blob-store.js';
export { LocalFolderBlobStore } from './local-folder-blob-store.js';
export { BlobMissing } from './blob-missing.error.js';
export { BlobTooLarge } from './blob-too-large.error.js';
export { BlobStoreFull } from './blob-store-full.error.js';
export { InvalidBlobKey } from './invalid-blob-key.error.js';
