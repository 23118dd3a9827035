import { generateKeyPairSync, verify, type KeyObject } from 'node:crypto';

const TOKEN_PATH = '/token';

/** A service account made for a test, and what its token endpoint would check. */
export class TestServiceAccount {
  private readonly publicKey: KeyObject;
  private readonly privateKey: string;

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    this.publicKey = publicKey;
    this.privateKey = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  }

  /** The JSON key file; tokens come from `/token` of the origin. */
  keyFile(origin: string): string {
    return JSON.stringify({
      type: 'service_account',
      project_id: 'demo-project',
      private_key_id: 'key-1',
      private_key: this.privateKey,
      client_email: 'gateway@demo-project.iam.gserviceaccount.com',
      token_uri: `${origin}${TOKEN_PATH}`,
    });
  }

  /** The claims of an assertion that the account's key has signed. Throws for any other. */
  claimsOf(assertion: string): Record<string, unknown> {
    const [head = '', claims = '', signature = ''] = assertion.split('.');
    const isSigned = verify(
      'RSA-SHA256',
      Buffer.from(`${head}.${claims}`),
      this.publicKey,
      Buffer.from(signature, 'base64url'),
    );
    if (!isSigned) throw new Error('the assertion is not signed by the account');
    return JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>;
  }
}
