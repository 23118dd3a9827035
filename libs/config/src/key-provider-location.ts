import { resolve } from 'node:path';
import { z } from 'zod';

const httpUrl = (example: string) =>
  z
    .string()
    .refine(
      (value) => URL.canParse(value) && ['http:', 'https:'].includes(new URL(value).protocol),
      `must look like ${example}`,
    );

/** The variables that say who holds the master key of payloads. */
export const keyProviderVariables = {
  SWITCHYARD_KEY_PROVIDER: z.enum(['file', 'aws-kms', 'vault'], 'must be file, aws-kms or vault').default('file'),
  SWITCHYARD_KEY_FILE: z.string().optional(),
  SWITCHYARD_KMS_KEY_ID: z.string().min(1).optional(),
  SWITCHYARD_KMS_REGION: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,50}$/, 'must be the name of a region, like eu-central-1')
    .optional(),
  SWITCHYARD_KMS_ENDPOINT: httpUrl('https://kms.example.com').optional(),
  SWITCHYARD_VAULT_URL: httpUrl('https://vault.example.com:8200').optional(),
  SWITCHYARD_VAULT_TOKEN: z.string().optional(),
  SWITCHYARD_VAULT_KEY: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,100}$/, 'must be the name of a transit key')
    .default('switchyard-payloads'),
  SWITCHYARD_VAULT_MOUNT: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,100}$/, 'must be the path of the transit engine, like transit')
    .transform((mount) => mount.replace(/\/+$/, ''))
    .default('transit'),
  SWITCHYARD_VAULT_NAMESPACE: z.string().optional(),
} as const;

const variables = z.object(keyProviderVariables);

/** Who holds the master key of payloads, and how it is reached. What is undefined of AWS its SDK finds by itself. */
export type KeyProviderLocation =
  | { readonly kind: 'file'; readonly path: string }
  | {
      readonly kind: 'aws-kms';
      readonly keyId: string;
      readonly region: string | undefined;
      readonly endpoint: string | undefined;
    }
  | {
      readonly kind: 'vault';
      readonly url: string;
      readonly token: string;
      readonly key: string;
      readonly mount: string;
      readonly namespace: string | undefined;
    };

/** The provider that the environment names; the file `payload.key` of the data folder's folder `keys` where it names none. */
export function keyProviderLocation(
  values: z.infer<typeof variables> & { readonly SWITCHYARD_HOME: string },
  workingFolder: string,
): KeyProviderLocation {
  if (values.SWITCHYARD_KEY_PROVIDER === 'aws-kms') {
    return {
      kind: 'aws-kms',
      keyId: values.SWITCHYARD_KMS_KEY_ID ?? '',
      region: values.SWITCHYARD_KMS_REGION,
      endpoint: values.SWITCHYARD_KMS_ENDPOINT,
    };
  }
  if (values.SWITCHYARD_KEY_PROVIDER === 'vault') {
    return {
      kind: 'vault',
      url: values.SWITCHYARD_VAULT_URL ?? '',
      token: values.SWITCHYARD_VAULT_TOKEN ?? '',
      key: values.SWITCHYARD_VAULT_KEY,
      mount: values.SWITCHYARD_VAULT_MOUNT,
      namespace: values.SWITCHYARD_VAULT_NAMESPACE,
    };
  }
  const named = values.SWITCHYARD_KEY_FILE;
  const path = named === undefined ? resolve(workingFolder, values.SWITCHYARD_HOME, 'keys/payload.key') : named;
  return { kind: 'file', path: resolve(workingFolder, path) };
}

/** What is missing for the provider that is named. */
export function keyProviderProblems(given: Readonly<Record<string, unknown>>): string[] {
  const needs: Record<string, readonly string[]> = {
    'aws-kms': ['SWITCHYARD_KMS_KEY_ID'],
    vault: ['SWITCHYARD_VAULT_URL', 'SWITCHYARD_VAULT_TOKEN'],
  };
  const named = given['SWITCHYARD_KEY_PROVIDER'];
  const kind = typeof named === 'string' ? named : 'file';
  return (needs[kind] ?? [])
    .filter((name) => given[name] === undefined)
    .map((name) => `${name} is not set, which SWITCHYARD_KEY_PROVIDER=${kind} needs`);
}
