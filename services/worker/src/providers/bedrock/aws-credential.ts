/** An access key of AWS: the id, the secret, and a session token where the key is a temporary one. */
const ACCESS_KEY = /^([A-Z0-9]{16,128}):([^:]+)(?::([^:]+))?$/;

/** What a call is authorized with, in the words of the provider package. */
export type AwsCredential =
  | { readonly apiKey: string }
  | {
      /** Empty, so that no key is looked for in the environment. */
      readonly apiKey: '';
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken?: string;
    };

/**
 * Reads a credential: `<access key id>:<secret access key>`, with `:<session token>` behind it where there is one, for
 * signatures (SigV4); anything else is an API key of Bedrock, sent as bearer token.
 */
export function readCredential(credential: string): AwsCredential {
  const [, accessKeyId, secretAccessKey, sessionToken] = ACCESS_KEY.exec(credential) ?? [];
  if (accessKeyId === undefined || secretAccessKey === undefined) return { apiKey: credential };
  return { apiKey: '', accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

/** The parts of a credential that must go to nobody; an access key's id is among them, since it names an account. */
export function secretsOf(credential: AwsCredential): string[] {
  return Object.values(credential).filter((part) => part !== '');
}
