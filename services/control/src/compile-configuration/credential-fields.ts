import { z } from 'zod';

import { findRepeated } from './find-repeated.policy.js';
import { credential } from './field-types.js';

const MOST_CREDENTIALS = 100;

/** How the file gives a provider its credential, or several that are used in turn. */
export const credentialFields = credentialFieldsOf(credential);

/** The same for credentials of another form. */
export function credentialFieldsOf(form: z.ZodString): {
  apiKey: z.ZodOptional<z.ZodString>;
  apiKeys: z.ZodOptional<z.ZodArray<z.ZodString>>;
} {
  return { apiKey: form.optional(), apiKeys: z.array(form).min(1).max(MOST_CREDENTIALS).optional() };
}

interface CredentialFields {
  readonly kind: string;
  readonly apiKey?: string | undefined;
  readonly apiKeys?: readonly string[] | undefined;
}

/** The credentials of a provider in the order of the file; none where it needs none. */
export function credentialsOf({ apiKey, apiKeys = [] }: Partial<CredentialFields>): string[] {
  return apiKey === undefined ? [...apiKeys] : [apiKey];
}

/** Adds what is wrong with a provider's credentials as a whole; `keyedKinds` are the kinds that never go without. */
export function checkCredentials(
  { kind, apiKey, apiKeys }: CredentialFields,
  keyedKinds: ReadonlySet<string>,
  context: z.RefinementCtx,
): void {
  const refuse = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message });
  if (apiKey !== undefined && apiKeys !== undefined) refuse(['apiKeys'], 'stands beside apiKey; keep one of the two');
  for (const index of findRepeated(apiKeys ?? [])) refuse(['apiKeys', index], 'is listed already; remove it');
  if (apiKey === undefined && apiKeys === undefined && keyedKinds.has(kind))
    refuse([], `needs a credential; add apiKey: "\${env:NAME}", or several as apiKeys`);
}
