import { openEnvelope, SecretError, sealEnvelope } from '#libs/secrets';

import type { ConfigurationDocument } from './configuration-documents.js';

/** What stands where a secret is; sent back, it means that the secret stays as it is. */
export const REDACTED = '[redacted]';

type Owned = Pick<ConfigurationDocument, 'organization' | 'name'>;
type Fields = Readonly<Record<string, unknown>>;

/** A provider's document without its credentials, and these in envelopes that open for it alone. */
export function takeSecrets(
  owner: Owned,
  document: Fields,
  { secretKey, kept }: { readonly secretKey: Uint8Array; readonly kept: readonly string[] | null },
): { document: Record<string, unknown>; credentials: string[] | null } {
  const { apiKey, apiKeys, ...rest } = document;
  const given = apiKeys ?? (apiKey === undefined || apiKey === null ? undefined : [apiKey]);
  const texts = Array.isArray(given) ? given.filter((one): one is string => typeof one === 'string') : [];
  if (texts.length > 0 && texts.every((text) => text === REDACTED))
    return { document: rest, credentials: kept && [...kept] };
  if (texts.length === 0) return { document: rest, credentials: null };
  return { document: rest, credentials: texts.map((text) => sealEnvelope(text, { owner: ownerOf(owner), secretKey })) };
}

/** The document as it stands in a file, credentials included; for compiling only. */
function withSecrets(
  owner: Owned & { readonly document: Fields; readonly credentials: readonly string[] | null },
  secretKey: Uint8Array,
): Record<string, unknown> {
  const { document, credentials } = owner;
  const opened = (credentials ?? []).map((envelope) => openEnvelope(envelope, { owner: ownerOf(owner), secretKey }));
  return { ...document, ...placed(opened) };
}

/** Stands for credentials that do not open where the rest is to be compiled; it is called nowhere. */
const CLOSED = 'credentials-that-do-not-open';

/** Documents with their credentials, and the names of providers whose credentials do not open: these have a placeholder. */
export interface OpenedDocuments<Stored> {
  readonly documents: readonly Stored[];
  readonly closed: readonly string[];
}

/**
 * All documents as they stand in a file. Credentials that were moved to another row, altered, or sealed with another key open for
 * nobody: which ones is told, so that they can be refused and set again.
 */
export function openAll<Stored extends Parameters<typeof withSecrets>[0]>(
  stored: readonly Stored[],
  secretKey: Uint8Array,
): OpenedDocuments<Stored> {
  const closed: string[] = [];
  const documents = stored.map((one) => {
    try {
      return { ...one, document: withSecrets(one, secretKey) };
    } catch (error) {
      if (!(error instanceof SecretError)) throw error;
      closed.push(one.name);
      return { ...one, document: { ...one.document, ...placed([CLOSED]) } };
    }
  });
  return { documents, closed };
}

/** What is to be done about credentials that do not open. */
export function reasonAgainstClosed(provider: string): string {
  return `the credentials of the provider '${provider}' do not open: they were sealed for another provider or with another SWITCHYARD_SECRET_KEY, or were altered; set its apiKey again, or remove it`;
}

/** The document as it may be shown. */
export function withRedactions(document: Fields, count: number): Record<string, unknown> {
  return { ...document, ...placed(Array.from({ length: count }, () => REDACTED)) };
}

function placed(credentials: readonly string[]): Record<string, unknown> {
  if (credentials.length === 0) return {};
  return credentials.length === 1 ? { apiKey: credentials[0] } : { apiKeys: credentials };
}

function ownerOf({ organization, name }: Owned): string {
  return `${organization ?? 'installation'}/provider/${name}`;
}
