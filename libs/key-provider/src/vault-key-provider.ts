import { z } from 'zod';
import { canonicalContext, dataKeyOf, KeyProvider, KeyProviderError, type KeyContext } from './key-provider.js';

const ANSWER_MILLISECONDS = 10_000;
const MOST_ERROR_CHARACTERS = 300;
const encrypted = z.object({ data: z.object({ ciphertext: z.string() }) });
const decrypted = z.object({ data: z.object({ plaintext: z.base64() }) });

/** A key of the secrets engine `transit` of HashiCorp Vault or OpenBao, of an AEAD kind (`aes256-gcm96`, the default there). */
export interface VaultSettings {
  readonly url: string;
  readonly token: string;
  readonly key: string;
  /** Where the engine is mounted. */
  readonly mount: string;
  readonly namespace: string | undefined;
}

/** The master key is a key of Vault's transit engine, which it never leaves; the context is its associated data. */
export class VaultKeyProvider extends KeyProvider {
  override readonly name = 'vault';

  constructor(private readonly settings: VaultSettings) {
    super();
  }

  override async wrap(dataKey: Uint8Array, context: KeyContext): Promise<string> {
    const plaintext = Buffer.from(dataKey).toString('base64');
    const answer = await this.post('encrypt', { plaintext, associated_data: associatedData(context) }, encrypted);
    return answer.data.ciphertext;
  }

  override async unwrap(wrapped: string, context: KeyContext): Promise<Buffer> {
    const answer = await this.post(
      'decrypt',
      { ciphertext: wrapped, associated_data: associatedData(context) },
      decrypted,
    );
    return dataKeyOf(Buffer.from(answer.data.plaintext, 'base64'));
  }

  private async post<T>(operation: 'encrypt' | 'decrypt', body: object, schema: z.ZodType<T>): Promise<T> {
    const { url, mount, key, token, namespace } = this.settings;
    const address = `${url.replace(/\/+$/, '')}/v1/${mount}/${operation}/${encodeURIComponent(key)}`;
    try {
      const response = await fetch(address, {
        method: 'POST',
        redirect: 'error',
        signal: AbortSignal.timeout(ANSWER_MILLISECONDS),
        headers: {
          'content-type': 'application/json',
          'x-vault-token': token,
          'x-vault-request': 'true',
          ...(namespace === undefined ? {} : { 'x-vault-namespace': namespace }),
        },
        body: JSON.stringify(body),
      });
      if (response.ok) return schema.parse(await response.json());
      throw this.failure(response.status, await response.text());
    } catch (cause) {
      if (cause instanceof KeyProviderError) throw cause;
      throw new KeyProviderError('key_provider_unavailable', `Vault at ${url} does not answer as it should.`, {
        cause,
      });
    }
  }

  /** 412, 429, 472, 473 and what begins with 5 are of a server that is not ready (sealed, standby, behind). */
  private failure(status: number, text: string): KeyProviderError {
    const { url, key } = this.settings;
    const mayPass = status >= 500 || [412, 429, 472, 473].includes(status);
    return new KeyProviderError(
      mayPass ? 'key_provider_unavailable' : 'key_refused',
      `Vault at ${url} answers with status ${status} for the key "${key}" (${text.slice(0, MOST_ERROR_CHARACTERS).trim()}). ` +
        'Check that the token may update encrypt and decrypt of that key, and that it is of an AEAD kind such as aes256-gcm96.',
    );
  }
}

function associatedData(context: KeyContext): string {
  return Buffer.from(canonicalContext(context)).toString('base64');
}
