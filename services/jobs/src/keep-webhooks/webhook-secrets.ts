import { createPrivateKey, createPublicKey, randomBytes, sign, type KeyObject } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';

const SECRET_BYTES = 32;
const SEED_BYTES = 32;
/** What stands before the seed in PKCS #8, DER (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const HINT_CHARACTERS = 4;

const stored = z.object({ secret: z.string(), seed: z.string() });

/** What an attempt signs: Standard Webhooks puts the three together with dots between. */
export interface SignedContent {
  readonly id: string;
  readonly timestamp: Date;
  readonly body: string;
}

/**
 * What one endpoint signs with, by Standard Webhooks 1.0.0: a secret shared with the receiver (`whsec_…`, HMAC-SHA256, `v1`) and a key
 * pair of which the receiver has the public half (`whpk_…`, ed25519, `v1a`), so that it can verify without being able to sign.
 */
export class WebhookSecrets {
  private readonly privateKey: KeyObject;
  private readonly symmetric: Webhook;

  private constructor(
    /** `whsec_` and the base64 of the secret. */
    readonly secret: string,
    private readonly seed: string,
  ) {
    // Throws for an empty secret, by which anybody could sign.
    this.symmetric = new Webhook(secret);
    const key = Buffer.concat([PKCS8_PREFIX, Buffer.from(seed, 'base64')]);
    this.privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  }

  static create(): WebhookSecrets {
    return new WebhookSecrets(
      `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`,
      randomBytes(SEED_BYTES).toString('base64'),
    );
  }

  /** @throws Error for a text that `toText` did not make, or a secret that is empty. */
  static fromText(text: string): WebhookSecrets {
    const { secret, seed } = stored.parse(JSON.parse(text));
    return new WebhookSecrets(secret, seed);
  }

  /** For sealing only. */
  toText(): string {
    return JSON.stringify({ secret: this.secret, seed: this.seed });
  }

  /** `whpk_` and the base64 of the public key's 32 bytes. */
  get publicKey(): string {
    const { x = '' } = createPublicKey(this.privateKey).export({ format: 'jwk' });
    return `whpk_${Buffer.from(x, 'base64url').toString('base64')}`;
  }

  /** Enough of the secret to tell it from another. */
  get hint(): string {
    return `whsec_…${this.secret.slice(-HINT_CHARACTERS)}`;
  }

  /** One signature of each kind, `v1,…` first. */
  sign({ id, timestamp, body }: SignedContent): string[] {
    if (id.includes('.')) throw new Error(`The id "${id}" of a webhook holds a dot, which parts what is signed.`);
    const seconds = Math.floor(timestamp.getTime() / 1_000);
    const asymmetric = sign(null, Buffer.from(`${id}.${seconds}.${body}`), this.privateKey);
    return [this.symmetric.sign(id, timestamp, body), `v1a,${asymmetric.toString('base64')}`];
  }
}

/**
 * The value of `webhook-signature`: the signatures by all of an endpoint's secrets, during a rotation by the new and the old one.
 * Those of `v1` stand first, since some receivers look no further.
 */
export function signatureHeader(secrets: readonly WebhookSecrets[], content: SignedContent): string {
  const signatures = secrets.flatMap((each) => each.sign(content));
  return [
    ...signatures.filter((signature) => signature.startsWith('v1,')),
    ...signatures.filter((signature) => !signature.startsWith('v1,')),
  ].join(' ');
}
