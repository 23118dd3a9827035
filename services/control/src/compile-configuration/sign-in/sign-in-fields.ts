import { z } from 'zod';
import { ROLES, slug } from '#libs/contracts';

import { closedObject } from '../closed-object.js';
import { credential, plainText } from '../field-types.js';
import type { OidcIssuer } from './oidc-issuer.js';

const MOST_ISSUERS = 50;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** TLS is what an identity provider is known by, so that only one on this machine goes without. */
const issuerUrl = z.string().refine((text) => {
  const url = URL.parse(text);
  if (!url || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname));
}, 'must be the https URL of the issuer, such as "https://login.example.com" (http on a loopback address only), without user, query or fragment');

const autoJoin = closedObject({
  organization: slug,
  project: slug.optional(),
  /** Owners are made by owners. */
  role: z.enum(ROLES.filter((role) => role !== 'owner')),
  claim: plainText,
  value: plainText,
});

const oidcFields = closedObject({
  name: slug,
  label: plainText.optional(),
  issuer: issuerUrl,
  clientId: plainText,
  clientSecret: credential.optional(),
  clientAuthentication: z.enum(['basic', 'post']).default('basic'),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'must be a scope'))
    .default(['openid', 'email', 'profile']),
  organizations: z.array(slug).min(1).optional(),
  trustEmail: z.boolean().default(false),
  autoJoin: z.array(autoJoin).default([]),
});

/** `signIn` of the file: where people sign in besides by password. */
export const signInFileFields = closedObject({ oidc: z.array(oidcFields).max(MOST_ISSUERS).default([]) });

/** The issuers in the terms of the service. */
export function assembleIssuers(signIn: z.infer<typeof signInFileFields> | undefined): OidcIssuer[] {
  return (signIn?.oidc ?? []).map(({ label, scopes, ...issuer }) => ({
    ...issuer,
    label: label ?? issuer.name,
    scopes: scopes.includes('openid') ? scopes : ['openid', ...scopes],
  }));
}
