import { createHmac } from 'node:crypto';

import { deriveKey } from './derive-key.js';

/**
 * What requests to the service of a guard at this URL are signed with: `whsec_` and the base64 of 32 bytes, as Standard Webhooks 1.0.0
 * has it. It is derived from the house's secret key and the URL, so that it is kept nowhere and nobody learns it by naming a URL; two
 * ways to write one URL give one secret. Throws `SecretError` for a secret key of the wrong length.
 */
export function guardSecret(url: URL, secretKey: Uint8Array): string {
  return `whsec_${createHmac('sha256', deriveKey(secretKey, 'guard-signature')).update(url.href).digest('base64')}`;
}
