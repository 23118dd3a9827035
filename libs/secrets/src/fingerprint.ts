import { createHmac } from 'node:crypto';

import { deriveKey } from './derive-key.js';

/**
 * Tells whether two secrets are equal without saying what they are: HMAC-SHA-256 with a key derived from the house's
 * secret key, 64 hexadecimal digits. For digests of content that holds secrets; not for checking callers' keys.
 */
export function fingerprint(secret: string, secretKey: Uint8Array): string {
  return createHmac('sha256', deriveKey(secretKey, 'fingerprint')).update(secret).digest('hex');
}
