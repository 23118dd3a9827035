import { open, seal, type Sealing } from './seal.js';

/** `endpoint`: the id of the webhook endpoint that signs with it; `secretKey`: the 32 bytes of SWITCHYARD_SECRET_KEY. */
export interface WebhookSealContext {
  readonly endpoint: string;
  readonly secretKey: Uint8Array;
}

/**
 * Seals what a webhook endpoint signs with, as `sealCredential` does with a provider's credential, under a key of its own. The id of
 * the endpoint is associated data: moved to another endpoint's row, also another tenant's, it does not open.
 */
export function sealWebhookSecret(plain: string, context: WebhookSealContext): string {
  return seal(plain, sealingOf(context));
}

/** Opens what `sealWebhookSecret` made. Throws `SecretError` `malformed_seal` or `seal_broken` as `openCredential` does. */
export function openWebhookSecret(sealed: string, context: WebhookSealContext): string {
  return open(sealed, sealingOf(context));
}

function sealingOf({ endpoint, secretKey }: WebhookSealContext): Sealing {
  return {
    purpose: 'webhook-seal',
    owner: endpoint,
    what: `The secret of webhook endpoint ${endpoint}`,
    remedy: ', or rotate the secret of the endpoint.',
    secretKey,
  };
}
