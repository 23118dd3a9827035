import { resolve } from 'node:path';
import { z } from 'zod';
import { isThisMachine } from './is-this-machine.js';

/** Files of a TLS client, as absolute paths: who signs the server's certificate, and our own certificate and its key. */
export interface TlsFiles {
  readonly caFile: string | undefined;
  readonly certificateFile: string | undefined;
  readonly keyFile: string | undefined;
}

/** The variables that say how NATS and Postgres are reached, and how they are made sure of. */
export const storeAccessVariables = {
  NATS_URL: z.string().refine(isNatsUrl, 'must look like nats://host:4222 (several with commas between)').optional(),
  SWITCHYARD_NATS_SEED_FILE: z.string().optional(),
  SWITCHYARD_NATS_IDENTITIES: z.string().optional(),
  SWITCHYARD_REQUEST_SEAL_FILE: z.string().optional(),
  SWITCHYARD_NATS_CA: z.string().optional(),
  SWITCHYARD_NATS_CERTIFICATE: z.string().optional(),
  SWITCHYARD_NATS_KEY: z.string().optional(),
  DATABASE_URL: z
    .string()
    .refine(isDatabaseUrl, { error: 'must look like postgres://user:password@host:5432/database', abort: true })
    .refine(
      hasKnownSslMode,
      'has an sslmode that is none: take verify-full, or disable where Postgres is on this machine',
    )
    .optional(),
  SWITCHYARD_DATABASE_CA: z.string().optional(),
  SWITCHYARD_DATABASE_CERTIFICATE: z.string().optional(),
  SWITCHYARD_DATABASE_KEY: z.string().optional(),
  SWITCHYARD_UNPROTECTED_STORES: z.enum(['refuse', 'allow'], 'must be refuse or allow').default('refuse'),
} as const;

const variables = z.object(storeAccessVariables);
type Variables = Partial<z.infer<typeof variables>>;

/** Modes of libpq under which the server is made sure of here; `prefer` and `require` too, which libpq is laxer with. */
const PROTECTED_MODES: ReadonlySet<string> = new Set(['prefer', 'require', 'verify-ca', 'verify-full']);
const BARE_MODES: ReadonlySet<string> = new Set(['disable', 'no-verify']);
/** What a database is given as in examples all over the world. */
const WELL_KNOWN_PASSWORDS: ReadonlySet<string> = new Set(['postgres', 'password', 'switchyard', 'changeme', 'secret']);

/** How NATS is made sure of; undefined: without TLS, unless the server asks for it. */
export function natsTls(given: Variables, workingFolder: string): TlsFiles | undefined {
  const files = filesOf(given, 'NATS', workingFolder);
  const isAsked = natsServers(given).some(({ protocol }) => protocol === 'tls:');
  return isAsked || Object.values(files).some((file) => file !== undefined) ? files : undefined;
}

/**
 * The address of Postgres with everything that the driver must know about TLS in it, in the words of libpq. Where TLS is asked for
 * at all, the server's certificate and its name are checked.
 */
export function databaseUrl(given: Variables, workingFolder: string): string | undefined {
  if (given.DATABASE_URL === undefined || !isDatabaseProtected(given)) return given.DATABASE_URL;
  const url = new URL(given.DATABASE_URL);
  const { caFile, certificateFile, keyFile } = filesOf(given, 'DATABASE', workingFolder);
  for (const laxer of ['ssl', 'uselibpqcompat']) url.searchParams.delete(laxer);
  url.searchParams.set('sslmode', 'verify-full');
  if (caFile !== undefined) url.searchParams.set('sslrootcert', caFile);
  if (certificateFile !== undefined) url.searchParams.set('sslcert', certificateFile);
  if (keyFile !== undefined) url.searchParams.set('sslkey', keyFile);
  return url.href;
}

/** Whether a process seals requests or asks for seals, or must not be able to, as workers. */
export type SealUse = 'needed' | 'forbidden';

/**
 * What is missing for stores that are not on this machine: whoever stands between could read every prompt, or say that it is the
 * store. `SWITCHYARD_UNPROTECTED_STORES=allow` is for networks that protect every connection by themselves.
 */
export function storeAccessProblems(given: Variables, seals?: SealUse): string[] {
  const problems = [...pairProblems(given, 'NATS'), ...pairProblems(given, 'DATABASE')];
  if (seals === 'forbidden' && given.SWITCHYARD_REQUEST_SEAL_FILE !== undefined)
    problems.push(
      'SWITCHYARD_REQUEST_SEAL_FILE is set for a worker, which could make up requests with it: take it out of its environment',
    );
  if (given.SWITCHYARD_UNPROTECTED_STORES === 'allow') return problems;
  const servers = natsServers(given).filter(({ hostname }) => !isThisMachine(hostname));
  if (servers.length > 0) {
    const isProtected = natsTls(given, '/') !== undefined;
    const hasIdentity = given.SWITCHYARD_NATS_SEED_FILE ?? given.SWITCHYARD_NATS_IDENTITIES;
    const where = `NATS_URL names ${servers.map(({ host }) => host).join(', ')}, which is not this machine, without`;
    if (!isProtected)
      problems.push(
        `${where} TLS: begin it with tls:// and set SWITCHYARD_NATS_CA to the file of who signed its certificate${UNLESS}`,
      );
    if (hasIdentity === undefined)
      problems.push(
        `${where} an identity: set SWITCHYARD_NATS_SEED_FILE (docs/runbooks/rotate-an-identity.md)${UNLESS}`,
      );
    if (seals === 'needed' && given.SWITCHYARD_REQUEST_SEAL_FILE === undefined)
      problems.push(
        `${where} a key that requests are sealed with: set SWITCHYARD_REQUEST_SEAL_FILE (docs/runbooks/rotate-an-identity.md)${UNLESS}`,
      );
  }
  return [...problems, ...databaseProblems(given)];
}

const UNLESS = ', or SWITCHYARD_UNPROTECTED_STORES=allow where the network protects it';

function databaseProblems(given: Variables): string[] {
  if (given.DATABASE_URL === undefined || !isDatabaseUrl(given.DATABASE_URL)) return [];
  const url = new URL(given.DATABASE_URL);
  const host = url.searchParams.get('host') ?? url.hostname;
  if (host === '' || host.startsWith('/') || isThisMachine(host)) return [];
  const password = url.searchParams.get('password') ?? decodeURIComponent(url.password);
  const where = `DATABASE_URL names ${host}, which is not this machine,`;
  const problems: string[] = [];
  if (!isDatabaseProtected(given))
    problems.push(
      `${where} without TLS: add ?sslmode=verify-full, and set SWITCHYARD_DATABASE_CA to the file of who signed its certificate${UNLESS}`,
    );
  if (password === '' && given.SWITCHYARD_DATABASE_CERTIFICATE === undefined)
    problems.push(`${where} without a password: give one, or set SWITCHYARD_DATABASE_CERTIFICATE and _KEY${UNLESS}`);
  if (WELL_KNOWN_PASSWORDS.has(password.toLowerCase()))
    problems.push(`${where} with a password that everybody tries first: make one with openssl rand -hex 24${UNLESS}`);
  return problems;
}

function isDatabaseProtected(given: Variables): boolean {
  if (given.SWITCHYARD_DATABASE_CERTIFICATE !== undefined) return true;
  if (filesOf(given, 'DATABASE', '/').caFile !== undefined) return true;
  const parameters = new URL(given.DATABASE_URL ?? 'postgres:').searchParams;
  const mode = parameters.get('sslmode');
  return mode === null ? /^(true|1)$/.test(parameters.get('ssl') ?? '') : PROTECTED_MODES.has(mode);
}

function pairProblems(given: Variables, store: 'NATS' | 'DATABASE'): string[] {
  const [certificate, key] = [given[`SWITCHYARD_${store}_CERTIFICATE`], given[`SWITCHYARD_${store}_KEY`]];
  if ((certificate === undefined) === (key === undefined)) return [];
  return [`SWITCHYARD_${store}_CERTIFICATE and SWITCHYARD_${store}_KEY go together: set both, or none`];
}

function filesOf(given: Variables, store: 'NATS' | 'DATABASE', workingFolder: string): TlsFiles {
  const absolute = (path: string | undefined) => (path === undefined ? undefined : resolve(workingFolder, path));
  return {
    caFile: absolute(given[`SWITCHYARD_${store}_CA`]),
    certificateFile: absolute(given[`SWITCHYARD_${store}_CERTIFICATE`]),
    keyFile: absolute(given[`SWITCHYARD_${store}_KEY`]),
  };
}

function natsServers({ NATS_URL }: Variables): URL[] {
  return NATS_URL === undefined || !isNatsUrl(NATS_URL) ? [] : NATS_URL.split(',').map((url) => new URL(url.trim()));
}

function isNatsUrl(value: string): boolean {
  return value
    .split(',')
    .every((url) => URL.canParse(url.trim()) && ['nats:', 'tls:'].includes(new URL(url.trim()).protocol));
}

function isDatabaseUrl(value: string): boolean {
  return URL.canParse(value) && ['postgres:', 'postgresql:'].includes(new URL(value).protocol);
}

function hasKnownSslMode(value: string): boolean {
  const mode = URL.parse(value)?.searchParams.get('sslmode') ?? undefined;
  return mode === undefined || PROTECTED_MODES.has(mode) || BARE_MODES.has(mode);
}
