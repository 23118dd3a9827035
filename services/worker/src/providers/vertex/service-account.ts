import { createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { z } from 'zod';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const LIFETIME_SECONDS = 3_600;

const schema = z.object({
  type: z.literal('service_account'),
  client_email: z.string().min(1),
  private_key: z.string().min(1),
  private_key_id: z.string().optional(),
  token_uri: z.url({ protocol: /^https?$/ }).default('https://oauth2.googleapis.com/token'),
});

/** A service account as its JSON key file describes it. */
export class ServiceAccount {
  private constructor(
    readonly tokenUri: string,
    private readonly email: string,
    private readonly key: KeyObject,
    private readonly keyId: string | undefined,
  ) {}

  /** Whether a credential is meant to be a key file rather than a token. */
  static isKeyFile(credential: string): boolean {
    return credential.trimStart().startsWith('{');
  }

  /** @throws Error that quotes nothing of the file */
  static read(keyFile: string): ServiceAccount {
    try {
      const account = schema.parse(JSON.parse(keyFile));
      const key = createPrivateKey(account.private_key);
      return new ServiceAccount(account.token_uri, account.client_email, key, account.private_key_id);
    } catch {
      throw new Error(
        'the credential is no key file of a service account; give its JSON whole, with client_email and private_key',
      );
    }
  }

  /** A signed claim (RFC 7523) that the token endpoint takes for an access token. */
  claim(nowSeconds: number): string {
    const head = { alg: 'RS256', typ: 'JWT', ...(this.keyId === undefined ? {} : { kid: this.keyId }) };
    const claims = {
      iss: this.email,
      scope: SCOPE,
      aud: this.tokenUri,
      iat: nowSeconds,
      exp: nowSeconds + LIFETIME_SECONDS,
    };
    const text = `${encoded(head)}.${encoded(claims)}`;
    return `${text}.${sign('RSA-SHA256', Buffer.from(text), this.key).toString('base64url')}`;
  }
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
