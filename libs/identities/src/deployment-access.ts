import { X509Certificate } from 'node:crypto';
import { chmod, chown, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { serviceNames } from '#libs/contracts';
import { makeAuthority, makeCertificate, type CertifiedKey } from './certificates.js';
import {
  AUTHORIZATION_FILE,
  ensureIdentities,
  OPERATOR,
  REQUEST_SEAL_FILE,
  seedFile,
  type TrailReader,
} from './identity-files.js';

const AUTHORITY_DAYS = 3_650;
const CERTIFICATE_DAYS = 825;
const MINIMUM_DAYS_LEFT = 90;
const DAY_MILLISECONDS = 86_400_000;

/** Accounts of an operating system, by the numbers that containers know them by. */
export interface FileOwners {
  readonly services: number;
  readonly postgres: number;
}

/** `names` are further host names and addresses of the servers; `owners` is given where files go to other accounts. */
export interface DeploymentAccessOptions {
  readonly readers?: readonly TrailReader[];
  readonly names?: readonly string[];
  readonly owners?: FileOwners | undefined;
}

/**
 * Makes all that the processes of a deployment need to trust each other, in a folder each, so that each gets its own alone: an
 * authority (`authority/`), certificates for `nats/` and `postgres/` with what these servers let in, and for each service and the
 * operator the nkey seed and the authority's certificate. Called again it keeps keys and identities, writes the permissions anew
 * and renews certificates that end within 90 days.
 */
export async function ensureDeploymentAccess(
  folder: string,
  { readers = [], names = [], owners }: DeploymentAccessOptions = {},
): Promise<void> {
  const authority = await ensureAuthority(join(folder, 'authority'));
  const identities = join(folder, 'authority', 'identities');
  await ensureIdentities(identities, readers);
  const holders = [...serviceNames, OPERATOR, ...readers.map(({ name }) => name)];
  for (const name of holders) {
    const place = await folderFor(folder, name, authority);
    await copyFile(seedFile(identities, name), seedFile(place, name));
    await chmod(seedFile(place, name), 0o600);
    const files = [place, join(place, CA_FILE), seedFile(place, name)];
    if (SEALERS.has(name)) {
      const file = join(place, REQUEST_SEAL_FILE);
      await copyFile(join(identities, REQUEST_SEAL_FILE), file);
      await chmod(file, 0o600);
      files.push(file);
    }
    await give(owners?.services, files);
  }
  const nats = await folderFor(folder, 'nats', authority);
  await copyFile(join(identities, AUTHORIZATION_FILE), join(nats, AUTHORIZATION_FILE));
  await ensureCertificate(nats, authority, ['nats', 'localhost', '127.0.0.1', ...names]);
  const postgres = await folderFor(folder, 'postgres', authority);
  await writeFile(join(postgres, 'pg_hba.conf'), HOST_RULES);
  await ensureCertificate(postgres, authority, ['postgres', 'localhost', '127.0.0.1', ...names]);
  const postgresFiles = [CA_FILE, 'server.pem', 'server.key', 'pg_hba.conf'].map((file) => join(postgres, file));
  await give(owners?.postgres, [postgres, ...postgresFiles]);
}

/** Those who accept requests, or record how they ended. */
const SEALERS: ReadonlySet<string> = new Set(['ingress', 'router', 'jobs', 'billing', 'audit']);

/** The certificate of the authority, in every folder. */
const CA_FILE = 'ca.pem';

/** Over the network only with TLS and a password; by the socket inside the container for its first set-up. */
const HOST_RULES = `# TYPE   DATABASE USER ADDRESS METHOD
local      all      all          trust
hostssl    all      all  all     scram-sha-256
`;

async function ensureAuthority(folder: string): Promise<CertifiedKey> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const [certificateFile, keyFile] = [join(folder, CA_FILE), join(folder, 'ca.key')];
  const stored = await readPair(certificateFile, keyFile);
  if (stored !== undefined) return stored;
  const made = makeAuthority('Switchyard deployment', AUTHORITY_DAYS);
  await writeFile(keyFile, made.key, { mode: 0o600, flush: true });
  await writeFile(certificateFile, made.certificate, { mode: 0o644, flush: true });
  return made;
}

async function ensureCertificate(folder: string, authority: CertifiedKey, names: readonly string[]): Promise<void> {
  const [certificateFile, keyFile] = [join(folder, 'server.pem'), join(folder, 'server.key')];
  const stored = await readPair(certificateFile, keyFile);
  if (stored !== undefined && isGood(stored, authority, names)) return;
  const made = makeCertificate(authority, { commonName: names[0] ?? '', names, validDays: CERTIFICATE_DAYS });
  // Made anew, not written over: a key that was opened to others would stay open.
  await rm(keyFile, { force: true });
  await writeFile(keyFile, made.key, { mode: 0o600, flush: true });
  await writeFile(certificateFile, made.certificate, { mode: 0o644, flush: true });
}

function isGood({ certificate }: CertifiedKey, authority: CertifiedKey, names: readonly string[]): boolean {
  const held = new X509Certificate(certificate);
  const lasts = Date.parse(held.validTo) - Date.now() > MINIMUM_DAYS_LEFT * DAY_MILLISECONDS;
  const isFor = (name: string) => (isIP(name) === 0 ? held.checkHost(name) : held.checkIP(name)) !== undefined;
  return lasts && held.verify(new X509Certificate(authority.certificate).publicKey) && names.every(isFor);
}

async function readPair(certificateFile: string, keyFile: string): Promise<CertifiedKey | undefined> {
  try {
    return { certificate: await readFile(certificateFile, 'utf8'), key: await readFile(keyFile, 'utf8') };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function folderFor(folder: string, name: string, authority: CertifiedKey): Promise<string> {
  const place = join(folder, name);
  await mkdir(place, { recursive: true, mode: 0o700 });
  await writeFile(join(place, CA_FILE), authority.certificate, { mode: 0o644 });
  return place;
}

async function give(owner: number | undefined, paths: readonly string[]): Promise<void> {
  if (owner === undefined) return;
  for (const path of paths) await chown(path, owner, owner);
}
