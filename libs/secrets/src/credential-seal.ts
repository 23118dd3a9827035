import { open, seal, type Sealing } from './seal.js';

/** `provider`: the configured name the credential belongs to; `secretKey`: the 32 bytes of SWITCHYARD_SECRET_KEY. */
export interface SealContext {
  readonly provider: string;
  readonly secretKey: Uint8Array;
}

/**
 * Seals a provider's credential with AES-256-GCM as `v1.<base64url of nonce (12), ciphertext, tag (16)>`. The provider's
 * name is associated data, so that a sealed credential moved to another provider does not open. The nonce is random:
 * sealing the same text twice gives two different results. Throws `SecretError` for a secret key of the wrong length.
 */
export function sealCredential(plain: string, context: SealContext): string {
  return seal(plain, sealingOf(context));
}

/**
 * Opens what `sealCredential` made, with the same provider and secret key. Throws `SecretError`: `malformed_seal` for
 * text of another form or version, `seal_broken` when key, provider or content do not match.
 */
export function openCredential(sealed: string, context: SealContext): string {
  return open(sealed, sealingOf(context));
}

function sealingOf({ provider, secretKey }: SealContext): Sealing {
  return {
    purpose: 'credential-seal',
    owner: provider,
    what: `The credential of provider "${provider}"`,
    remedy: ' and apply the configuration again.',
    secretKey,
  };
}
