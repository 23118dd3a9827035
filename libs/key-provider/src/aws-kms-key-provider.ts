import { DecryptCommand, EncryptCommand, KMSClient, KMSServiceException } from '@aws-sdk/client-kms';
import { dataKeyOf, KeyProvider, KeyProviderError, type KeyContext } from './key-provider.js';

const CONNECT_MILLISECONDS = 5_000;
const ANSWER_MILLISECONDS = 10_000;
/** The region that a service beside Amazon's is told where none is set. */
const DEFAULT_REGION = 'us-east-1';
const REFUSALS: ReadonlySet<string> = new Set([
  'AccessDeniedException',
  'DisabledException',
  'IncorrectKeyException',
  'InvalidCiphertextException',
  'InvalidKeyUsageException',
  'KMSInvalidStateException',
  'NotFoundException',
  'UnrecognizedClientException',
  'ValidationException',
]);

/** A key of AWS KMS. What is undefined the AWS SDK finds by itself (variables, a profile, the role of the machine). */
export interface AwsKmsSettings {
  /** Id, ARN or alias of the key. */
  readonly keyId: string;
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** The master key is a key of AWS KMS, which it never leaves; the context is the encryption context of KMS, and stands in its log. */
export class AwsKmsKeyProvider extends KeyProvider {
  override readonly name = 'aws-kms';
  private readonly client: KMSClient;

  constructor(private readonly settings: AwsKmsSettings) {
    super();
    const { region, endpoint, credentials } = settings;
    const knownRegion = region ?? (endpoint === undefined ? undefined : DEFAULT_REGION);
    this.client = new KMSClient({
      requestHandler: { connectionTimeout: CONNECT_MILLISECONDS, requestTimeout: ANSWER_MILLISECONDS },
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(knownRegion === undefined ? {} : { region: knownRegion }),
      ...(credentials === undefined ? {} : { credentials }),
    });
  }

  override async wrap(dataKey: Uint8Array, context: KeyContext): Promise<string> {
    const command = new EncryptCommand({
      KeyId: this.settings.keyId,
      Plaintext: dataKey,
      EncryptionContext: { ...context },
    });
    const { CiphertextBlob } = await this.client.send(command).catch((error: unknown) => this.fail(error));
    return Buffer.from(CiphertextBlob ?? []).toString('base64');
  }

  override async unwrap(wrapped: string, context: KeyContext): Promise<Buffer> {
    const command = new DecryptCommand({
      KeyId: this.settings.keyId,
      CiphertextBlob: Buffer.from(wrapped, 'base64'),
      EncryptionContext: { ...context },
    });
    const { Plaintext } = await this.client.send(command).catch((error: unknown) => this.fail(error));
    return dataKeyOf(Plaintext ?? new Uint8Array());
  }

  /** Ends the connections. */
  close(): void {
    this.client.destroy();
  }

  private fail(cause: unknown): never {
    const refused = cause instanceof KMSServiceException && REFUSALS.has(cause.name);
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : 'unknown';
    throw new KeyProviderError(
      refused ? 'key_refused' : 'key_provider_unavailable',
      `AWS KMS does not answer for the key ${this.settings.keyId} (${reason}). Check SWITCHYARD_KMS_KEY_ID, the permissions ` +
        'kms:Encrypt and kms:Decrypt, and that the key is enabled.',
      { cause },
    );
  }
}
