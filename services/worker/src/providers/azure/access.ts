import { ClientSecretCredential } from '@azure/identity';
import type { AzureOptions } from './config.js';
import { EntraTokens } from './entra-tokens.js';

const PUBLIC_CLOUD_SCOPE = 'https://cognitiveservices.azure.com/.default';

/** How calls are authorized. */
export interface AzureAccess {
  /** @throws ProviderFailure where no token can be had */
  headers(): Promise<Record<string, string>>;
  /** Azure refused them. */
  refused(): void;
  /** Words that must go to nobody. */
  secrets(): readonly string[];
}

/** By the key of the resource, or by tokens that Entra gives for a client secret. */
export function accessOf({ entra }: AzureOptions, credential: string): AzureAccess {
  if (!entra) {
    const headers = { 'api-key': credential };
    return { headers: async () => headers, refused: () => undefined, secrets: () => [credential] };
  }
  const { tenantId, clientId, authorityHost, scope = PUBLIC_CLOUD_SCOPE } = entra;
  const options = authorityHost === undefined ? {} : { authorityHost };
  return tokenAccess(
    new EntraTokens(() => new ClientSecretCredential(tenantId, clientId, credential, options), scope),
    credential,
  );
}

/** By bearer tokens; `secret` is what they are got with. */
export function tokenAccess(tokens: EntraTokens, secret: string): AzureAccess {
  return {
    headers: async () => ({ authorization: `Bearer ${await tokens.current()}` }),
    refused: () => tokens.forget(),
    secrets: () => [secret, ...(tokens.last === undefined ? [] : [tokens.last])],
  };
}
