import { slug } from '#libs/contracts';
import { z } from 'zod';

const SCHEMES = ['https:', 'http:', 'syslog+tls:', 'syslog+tcp:'];

/** Where entries of the trail are pushed to, as the file of `SWITCHYARD_AUDIT_PUSH_FILE` has it. */
const destination = z
  .strictObject({
    /** Under which its place in each log is kept; a new name begins anew. */
    name: slug,
    url: z.string().refine((text) => URL.canParse(text) && SCHEMES.includes(new URL(text).protocol), {
      message: 'must begin with https://, http://, syslog+tls:// or syslog+tcp://',
    }),
    format: z.enum(['json', 'ocsf', 'cef']).default('json'),
    /** Whose logs; those of everybody where absent. */
    organizations: z.array(slug).min(1).optional(),
    /** Types such as `key.created`, or `key.*`; all where absent. */
    types: z
      .array(z.string().regex(/^[a-z*][a-z0-9.*-]*$/, 'must be a type such as key.created or key.*'))
      .min(1)
      .optional(),
    /** Whether a log is sent from its beginning, or from where it is when the destination is first known. */
    from: z.enum(['start', 'now']).default('now'),
    /** Of Standard Webhooks: every message is signed with it. */
    secret: z
      .string()
      .regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'must be whsec_ and the base64 of at least 24 bytes')
      .optional(),
    /** Value of the header `authorization`, such as `Splunk …`. */
    authorization: z.string().min(1).max(4_000).optional(),
    /** A file with the certificate (PEM) that is trusted in place of the usual ones, for syslog. */
    ca: z.string().optional(),
  })
  .refine(({ url, secret, authorization }) => isHttp(url) || (secret ?? authorization) === undefined, {
    message: 'has a secret or an authorization, which syslog has no place for',
  })
  .refine(({ url, ca }) => url.startsWith('syslog+tls:') || ca === undefined, {
    message: 'has a ca, which is for syslog+tls:// only',
  });
export type Destination = z.infer<typeof destination>;

export const destinationsFile = z
  .strictObject({ destinations: z.array(destination).max(50) })
  .refine(({ destinations }) => new Set(destinations.map(({ name }) => name)).size === destinations.length, {
    message: 'names a destination twice',
  });

export function isHttp(url: string): boolean {
  return url.startsWith('http:') || url.startsWith('https:');
}
